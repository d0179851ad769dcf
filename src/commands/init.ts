import type { Repository } from "../adapters/git/repository.ts";
import { applyEdit, type Plan, type PlannedEdit, plan } from "../integrations/edits.ts";
import { planInit } from "../integrations/init-plan.ts";
import type { WhenMissing } from "../integrations/shell-hooks.ts";
import { unifiedDiff } from "../integrations/unified-diff.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";

export interface InitOptions {
  /** Make the changes without asking. */
  readonly yes: boolean;
  /** Show the changes and make none. */
  readonly dryRun: boolean;
  /** What the hooks do where gate is not to be found; null leaves what an earlier init wrote. */
  readonly whenMissing: WhenMissing;
  /** The package's `hooks/`. */
  readonly hooksDirectory: string;
}

export interface InitDocument {
  readonly schema: "gate/init@1";
  readonly edits: readonly InitEdit[];
  /** Whether the repository is as gate needs it now; true where there was nothing to do. */
  readonly applied: boolean;
  readonly problems: readonly Problem[];
  /** What to do afterwards, a command each. */
  readonly next: readonly string[];
}

export interface InitEdit {
  readonly kind: PlannedEdit["kind"];
  /** The file, or the name of the git setting. */
  readonly target: string;
  readonly diff: string;
  readonly state: "planned" | "applied" | "failed";
}

/** Adds gate to a repository: every change is planned, then shown, then made. Can be run again. */
export async function initCommand(context: Context, options: InitOptions): Promise<Outcome<InitDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok)
    return { ...outcome({ edits: [], applied: false, plan: plan({ problems: [opened.error] }) }), exit: 2 };
  const repository = opened.value;
  const { hooksDirectory, whenMissing } = options;
  const planned = await planInit(repository, {
    shims: { directory: hooksDirectory, whenMissing },
    launcher: context.launcher,
  });
  const edits = planned.edits.map((edit) => shown(edit, "planned"));
  const nothing = planned.edits.length === 0;
  if (nothing) return outcome({ edits, applied: !hasErrors(planned.problems), plan: planned });
  if (options.dryRun) return outcome({ edits, applied: false, plan: planned });
  if (!options.yes && context.ask === null) {
    const problems = [...planned.problems, mustSayYes()];
    return { ...outcome({ edits, applied: false, plan: { ...planned, problems } }), exit: 2 };
  }
  context.say(edits.map(({ diff }) => diff).join("\n"));
  const agreed = options.yes || (await context.ask?.(question(edits.length))) === true;
  if (!agreed) return { ...outcome({ edits, applied: false, plan: planned }), exit: 1 };
  return applied(repository, planned);
}

/** Each edit stands for itself: one that fails does not take back the others, and is named. */
async function applied(repository: Repository, planned: Plan): Promise<Outcome<InitDocument>> {
  const edits: InitEdit[] = [];
  const problems: Problem[] = [...planned.problems];
  for (const edit of planned.edits) {
    const done = await applyEdit(repository, edit);
    if (!done.ok) problems.push(done.error);
    edits.push(shown(edit, done.ok ? "applied" : "failed"));
  }
  const all = edits.every(({ state }) => state === "applied");
  return outcome({ edits, applied: all, plan: { ...planned, problems } });
}

function outcome(result: {
  readonly edits: readonly InitEdit[];
  readonly applied: boolean;
  readonly plan: Plan;
}): Outcome<InitDocument> {
  const { problems, next } = result.plan;
  const { edits, applied: done } = result;
  const named = next.some((step) => step.startsWith("gate run"));
  const steps = done ? [...next, ...(named ? [] : ["gate run"])] : [];
  return {
    exit: exitFor(problems),
    document: { schema: "gate/init@1", edits, applied: done, problems, next: steps },
  };
}

function exitFor(problems: readonly Problem[]): ExitCode {
  if (!hasErrors(problems)) return 0;
  const configuration = problems.some(({ code }) => code.startsWith("config-") || code === "reports-overlap");
  return configuration ? 2 : 1;
}

function shown(edit: PlannedEdit, state: InitEdit["state"]): InitEdit {
  const target = edit.kind === "config" ? edit.key : edit.place.shown;
  return { kind: edit.kind, target, diff: unifiedDiff(edit), state };
}

const question = (count: number) => `Make ${count === 1 ? "this change" : `these ${count} changes`}?`;

function mustSayYes(): Problem {
  const message = "these changes were not made: there is no terminal to ask at.";
  return problem("usage", message, { hint: "gate init --yes" });
}
