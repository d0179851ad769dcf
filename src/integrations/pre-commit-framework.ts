import { fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit, together } from "./edits.ts";
import { planShims, type ShimSource } from "./shell-hooks.ts";
import { readYaml, withYamlItem } from "./yaml-insert.ts";

const FOLDER = ".gate-hooks";

const ENTRY = `sh ${FOLDER}/pre-commit`;

const HOOK = {
  id: "gate",
  name: "gate (model tests)",
  entry: ENTRY,
  language: "system",
  always_run: true,
  pass_filenames: false,
  verbose: true,
  stages: ["pre-commit"],
};

const BY_HAND = `Add a local hook at the end of repos:  id: gate, entry: ${ENTRY}, language: system, always_run: true, pass_filenames: false, verbose: true`;

const COMMENTS = [
  "gate goes last: it judges what the hooks above leave staged. It never starts a suite in here, because the",
  "framework sets unstaged work aside and hides output; it skips, attaches evidence, or says pending.",
];

const NEXT = [
  "pre-commit install",
  "gate run   (and before each commit that changes inputs: in the pre-commit framework gate starts no suite)",
];

/** A local hook at the end, where everything that rewrites files has run. */
export async function planFrameworkHook(topLevel: string, file: string, shims: ShimSource): Promise<Plan> {
  const copies = await planShims(shims, ["pre-commit"], (name) => inTree(topLevel, `${FOLDER}/${name}`));
  return together([copies, await planConfiguration(topLevel, file)]);
}

async function planConfiguration(topLevel: string, path: string): Promise<Plan> {
  const place = inTree(topLevel, path);
  const file = await readForEdit(place, BY_HAND);
  if (!file.ok) return plan({ problems: [file.error] });
  const text = file.value.text ?? "";
  if (hasGate(text)) return plan({});
  const changed = withYamlItem(text, {
    path: ["repos"],
    key: null,
    value: { repo: "local", hooks: [HOOK] },
    comments: COMMENTS,
  });
  if (!changed.ok) return plan({ problems: [refusedEdit(place, changed.error, BY_HAND)] });
  return plan({ edits: fileEdit(place, file.value, changed.value), next: [...NEXT] });
}

/** A hook of any repository in the file that calls gate. */
function hasGate(text: string): boolean {
  const content = readYaml(text);
  const repos = typeof content === "object" && content !== null && "repos" in content ? content.repos : null;
  if (!Array.isArray(repos)) return false;
  const entries = repos.flatMap((repo: unknown) => hooksOf(repo)).map((hook) => entryOf(hook));
  return entries.some((entry) => /\bgate pre-commit\b|gate[\w-]*\/pre-commit\b/.test(entry));
}

function hooksOf(repo: unknown): readonly unknown[] {
  const hooks = typeof repo === "object" && repo !== null && "hooks" in repo ? repo.hooks : [];
  return Array.isArray(hooks) ? hooks : [];
}

function entryOf(hook: unknown): string {
  return typeof hook === "object" && hook !== null && "entry" in hook ? String(hook.entry) : "";
}
