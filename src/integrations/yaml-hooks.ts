import { type Step, type Surroundings, stepsOf, withoutLine } from "./hook-steps.ts";
import { listOf, type Members, membersOf } from "./members.ts";
import { FIXING_HOOKS } from "./restaging.ts";
import type { WiredFile } from "./wired-files.ts";
import { readYaml } from "./yaml-insert.ts";

/** Commands run by priority, then by name; jobs run in their order, before the commands. */
export function lefthookHooks(path: string, text: string, surroundings: Surroundings): readonly WiredFile[] {
  return Object.entries(membersOf(readYaml(text))).flatMap(([name, hook]): WiredFile[] => {
    const section = membersOf(hook);
    const jobs = [...listOf(section.jobs), ...inOrder(membersOf(section.commands))];
    const steps = jobs.flatMap((job) => stepsOfJob(membersOf(job), surroundings));
    if (steps.length === 0) return [];
    return [{ path, steps, beforeCommit: name === "pre-commit", parallel: section.parallel === true }];
  });
}

function inOrder(commands: Members): readonly unknown[] {
  const last = Number.POSITIVE_INFINITY;
  const priority = (command: unknown) => Number(membersOf(command).priority ?? 0) || last;
  const byName = new Intl.Collator("en", { numeric: true });
  return Object.entries(commands)
    .toSorted(([one, a], [other, b]) => {
      const [first, second] = [priority(a), priority(b)];
      return first === second ? byName.compare(one, other) : first - second;
    })
    .map(([, command]) => command);
}

function stepsOfJob(job: Members, surroundings: Surroundings): readonly Step[] {
  const group = listOf(membersOf(job.group).jobs);
  if (group.length > 0) return group.flatMap((one) => stepsOfJob(membersOf(one), surroundings));
  const steps = typeof job.run === "string" ? stepsOf(job.run, surroundings).map(withoutLine) : [];
  return job.stage_fixed === true ? steps.map((step) => ({ ...step, restages: !step.callsGate })) : steps;
}

/** Hooks run in the order of the file. One that changes files fails, and has the commit made anew. */
export function frameworkHooks(path: string, text: string, surroundings: Surroundings): readonly WiredFile[] {
  const content = membersOf(readYaml(text));
  const stages = listOf(content.default_stages);
  const hooks = listOf(content.repos).flatMap((repo) => listOf(membersOf(repo).hooks).map(membersOf));
  const of = (before: boolean): WiredFile => ({
    path,
    steps: hooks
      .filter((hook) => before === runsBeforeCommit(hook, stages))
      .flatMap((hook) => stepsOfHook(hook, surroundings)),
    beforeCommit: before,
    parallel: false,
  });
  return [of(true), of(false)];
}

/** Without stages a hook runs in all of them. `commit` is the old name. */
function runsBeforeCommit(hook: Members, defaults: readonly unknown[]): boolean {
  const own = listOf(hook.stages);
  const stages = own.length > 0 ? own : defaults;
  return stages.length === 0 || stages.includes("pre-commit") || stages.includes("commit");
}

function stepsOfHook(hook: Members, surroundings: Surroundings): readonly Step[] {
  const id = String(hook.id ?? "");
  const entry = typeof hook.entry === "string" ? hook.entry : "";
  const args = listOf(hook.args).map((word) => `'${String(word).replaceAll("'", "")}'`);
  const steps = stepsOf([entry === "" ? id : entry, ...args].join(" "), surroundings).map(withoutLine);
  const gates = /^(?:model-)?gate(?:-python)?(?:-pre-(?:commit|push))?$/.test(id) && entry === "";
  const fixes = FIXING_HOOKS.has(id) && !steps.some(({ callsGate }) => callsGate);
  return steps.map((step) => ({
    label: id === "" ? step.label : id,
    line: null,
    callsGate: step.callsGate || gates,
    restages: step.restages || fixes,
  }));
}

/** Keys under which the systems for CI have commands. */
const COMMANDS =
  /^(?:run|script|scripts|before_script|after_script|commands?|cmd|bash|sh|pwsh|inlineScript|action)$/;
const ACTION = /^(?:[\w.-]+\/)?(?:model-)?gate(?:\/[\w./-]+)?@/;

/** Whatever a workflow runs, wherever it stands; the action too. */
export function workflow(path: string, text: string, surroundings: Surroundings): WiredFile {
  const steps = stepsBelow(readYaml(text), "", surroundings);
  return { path, steps, beforeCommit: false, parallel: false };
}

function stepsBelow(value: unknown, key: string, surroundings: Surroundings): readonly Step[] {
  if (typeof value === "string") return stepsOfText(value, key, surroundings);
  if (Array.isArray(value)) return value.flatMap((one) => stepsBelow(one, key, surroundings));
  return Object.entries(membersOf(value)).flatMap(([name, member]) => stepsBelow(member, name, surroundings));
}

function stepsOfText(text: string, key: string, surroundings: Surroundings): readonly Step[] {
  if (key === "uses") return ACTION.test(text) ? [actionStep(text)] : [];
  return COMMANDS.test(key) ? stepsOf(text, surroundings).map(withoutLine) : [];
}

const actionStep = (label: string): Step => ({ label, line: null, callsGate: true, restages: false });
