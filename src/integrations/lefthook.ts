import { type Problem, warning } from "../problem.ts";
import { ok, type Result } from "../result.ts";
import { fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit, together } from "./edits.ts";
import { HOOKS, type HookName, PURPOSE, TOLD } from "./hook-script.ts";
import { planShims, type ShimSource } from "./shell-hooks.ts";
import { readYaml, withYamlItem, type YamlItem } from "./yaml-insert.ts";

const FOLDER = ".lefthook/gate";

/** lefthook hands on neither arguments nor standard input by itself. */
function job(hook: HookName) {
  const run = `sh ${FOLDER}/${hook}${hook === "post-merge" ? " {1}" : ""}`;
  return TOLD.includes(hook) ? { run, use_stdin: true } : { run };
}

/** A job or a command in each hook, in the form the file already uses. */
export async function planLefthook(topLevel: string, file: string, shims: ShimSource): Promise<Plan> {
  const copies = await planShims(shims, HOOKS, (name) => inTree(topLevel, `${FOLDER}/${name}`));
  return together([copies, await planConfiguration(topLevel, file)]);
}

async function planConfiguration(topLevel: string, path: string): Promise<Plan> {
  const place = inTree(topLevel, path);
  const byHand = `Add a last job to ${HOOKS.join(", ")}:  run: ${job("pre-commit").run}   (and so on; pre-push and post-rewrite with use_stdin: true)`;
  const file = await readForEdit(place, byHand);
  if (!file.ok) return plan({ problems: [file.error] });
  let text: Result<string, string> = ok(file.value.text ?? "");
  const problems: Problem[] = [];
  for (const hook of HOOKS) {
    if (!text.ok) break;
    const section = sectionOf(text.value, hook);
    if (hook === "pre-commit") problems.push(...orderProblems(section, path));
    if (!JSON.stringify(section).includes(`gate/${hook}`)) {
      text = withYamlItem(text.value, itemFor(hook, section, usesJobs(text.value)));
    }
  }
  if (!text.ok) return plan({ problems: [refusedEdit(place, text.error, byHand)] });
  const edits = fileEdit(place, file.value, text.value);
  return plan({ edits, problems, next: edits.length > 0 ? ["lefthook install"] : [] });
}

interface Section {
  readonly present: boolean;
  readonly jobs: boolean;
  readonly parallel: boolean;
  /** Names under `commands:`; null where there is no such key. */
  readonly commands: readonly string[] | null;
  readonly content: unknown;
}

function sectionOf(text: string, hook: HookName): Section {
  const content: unknown = rootOf(text)[hook] ?? null;
  const keys = membersOf(content);
  const commands = "commands" in keys ? Object.keys(membersOf(keys.commands)) : null;
  return {
    present: content !== null,
    jobs: Array.isArray(keys.jobs),
    parallel: keys.parallel === true,
    commands,
    content,
  };
}

const rootOf = (text: string) => membersOf(readYaml(text));

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

const usesJobs = (text: string) => Object.values(rootOf(text)).some((one) => "jobs" in membersOf(one));

function itemFor(hook: HookName, section: Section, jobs: boolean): YamlItem {
  const own = job(hook);
  const last = section.commands !== null || section.jobs;
  const comments = [
    last && hook === "pre-commit" ? "gate goes last: it judges what is staged by then" : PURPOSE[hook],
  ];
  // Jobs run before commands, so a hook that has commands gets one more of them.
  if (section.commands !== null && section.commands.length > 0) {
    return { path: [hook, "commands"], key: lastName(section.commands), value: own, comments };
  }
  if (section.jobs) return { path: [hook, "jobs"], key: null, value: { name: "gate", ...own }, comments };
  const content = jobs ? { jobs: [{ name: "gate", ...own }] } : { commands: { gate: own } };
  if (!section.present) return { path: [], key: hook, value: content, comments };
  const [[key, value] = ["commands", {}]] = Object.entries(content);
  return { path: [hook], key, value, comments };
}

/** Commands run in the order of their names. */
function lastName(names: readonly string[]): string {
  const last = (name: string) => names.every((other) => other < name);
  return ["gate", "zz-gate"].find(last) ?? "zzz-gate";
}

function orderProblems({ parallel }: Section, path: string): Problem[] {
  if (!parallel) return [];
  const message =
    "pre-commit runs its jobs in parallel, so a fixer may stage changes after gate has judged the tree.";
  const hint = "Take parallel: true out of pre-commit, or put the fixers into a group before gate.";
  return [warning("hook-order", message, { path, hint })];
}
