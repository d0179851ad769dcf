import { fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit, together } from "./edits.ts";
import { membersOf } from "./members.ts";
import { planShims, type ShimSource } from "./shell-hooks.ts";
import { readYaml, withYamlItem } from "./yaml-insert.ts";

const FOLDER = ".gate-hooks";

const HOOKS = ["pre-commit", "pre-push", "post-merge", "post-rewrite"] as const;
type FrameworkHook = (typeof HOOKS)[number];

const entry = (hook: FrameworkHook) => `sh ${FOLDER}/${hook}`;

function hookFor(hook: FrameworkHook) {
  const committing = hook === "pre-commit";
  return {
    id: committing ? "gate" : `gate-${hook}`,
    name: committing ? "gate (model tests)" : `gate (${hook})`,
    entry: entry(hook),
    language: "system",
    always_run: true,
    pass_filenames: false,
    verbose: true,
    stages: [hook],
  };
}

const BY_HAND = `Add a local hook at the end of repos:  id: gate, entry: ${entry("pre-commit")}, language: system, always_run: true, pass_filenames: false, verbose: true`;

const COMMENTS = [
  "gate goes last: it judges what the hooks above leave staged. It never starts a suite in here, because the",
  "framework sets unstaged work aside and hides output; it skips, attaches evidence, or says pending.",
];

const COMMENTS_BESIDE = [
  "gate in the other stages: what leaves the machine, what merges and rewrites leave behind",
];

const NEXT = [
  `pre-commit install ${HOOKS.map((hook) => `-t ${hook}`).join(" ")}`,
  "gate run   (and before each commit that changes inputs: in the pre-commit framework gate starts no suite)",
];

/** A local hook at the end, where everything that rewrites files has run. */
export async function planFrameworkHook(topLevel: string, file: string, shims: ShimSource): Promise<Plan> {
  const { plan: configuration, callsShims } = await planConfiguration(topLevel, file);
  if (!callsShims) return configuration;
  const copies = await planShims(shims, HOOKS, (name) => inTree(topLevel, `${FOLDER}/${name}`));
  return together([copies, configuration]);
}

interface Configured {
  readonly plan: Plan;
  /** Not where every hook is one of gate's own `.pre-commit-hooks.yaml`. */
  readonly callsShims: boolean;
}

async function planConfiguration(topLevel: string, path: string): Promise<Configured> {
  const place = inTree(topLevel, path);
  const file = await readForEdit(place, BY_HAND);
  if (!file.ok) return { plan: plan({ problems: [file.error] }), callsShims: true };
  const text = file.value.text ?? "";
  const missing = HOOKS.filter((hook) => !hasGate(text, hook));
  if (missing.length === 0) return { plan: plan({}), callsShims: text.includes(`${FOLDER}/`) };
  const changed = withYamlItem(text, {
    path: ["repos"],
    key: null,
    value: { repo: "local", hooks: missing.map(hookFor) },
    comments: missing.includes("pre-commit") ? COMMENTS : COMMENTS_BESIDE,
  });
  const edited = changed.ok
    ? plan({ edits: fileEdit(place, file.value, changed.value), next: [...NEXT] })
    : plan({ problems: [refusedEdit(place, changed.error, BY_HAND)] });
  return { plan: edited, callsShims: true };
}

/** A hook of any repository in the file that calls gate. */
function hasGate(text: string, hook: FrameworkHook): boolean {
  const content = readYaml(text);
  const repos = typeof content === "object" && content !== null && "repos" in content ? content.repos : null;
  if (!Array.isArray(repos)) return false;
  const hooks = repos.flatMap((repo: unknown) => hooksOf(repo));
  const call = new RegExp(`\\bgate ${hook}(?![\\w-])|gate[\\w-]*\\/${hook}(?![\\w-])`);
  const shipped = shippedIds(hook);
  return hooks.some((one) => {
    const called = textOf(one, "entry");
    return called === "" ? shipped.includes(textOf(one, "id")) : call.test(called);
  });
}

function hooksOf(repo: unknown): readonly unknown[] {
  const hooks = typeof repo === "object" && repo !== null && "hooks" in repo ? repo.hooks : [];
  return Array.isArray(hooks) ? hooks : [];
}

/** What gate's own `.pre-commit-hooks.yaml` calls the hook, in Node and in Python. */
function shippedIds(hook: FrameworkHook): readonly string[] {
  return ["gate", "gate-python"].map((id) => (hook === "pre-commit" ? id : `${id}-${hook}`));
}

function textOf(hook: unknown, key: "id" | "entry"): string {
  return String(membersOf(hook)[key] ?? "");
}
