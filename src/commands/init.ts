import { GitError } from "../adapters/git/command.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { type Plan, plan } from "../integrations/edits.ts";
import { planInit } from "../integrations/init-plan.ts";
import type { WhenMissing } from "../integrations/shell-hooks.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { isFresh, judgeIndex } from "../recording/settle-index.ts";
import { unreachable } from "../result.ts";
import type { Context } from "./context.ts";
import { offerEdits, type ShownEdit } from "./offer-edits.ts";
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
  readonly edits: readonly ShownEdit[];
  /** Whether the repository is as gate needs it now; true where there was nothing to do. */
  readonly applied: boolean;
  readonly problems: readonly Problem[];
  /** What to do afterwards, a command each. */
  readonly next: readonly string[];
}

/** Adds gate to a repository: every change is planned, then shown, then made. Can be run again. */
export async function initCommand(context: Context, options: InitOptions): Promise<Outcome<InitDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok)
    return { ...outcome({ edits: [], applied: false, plan: plan({ problems: [opened.error] }) }), exit: 2 };
  const repository = opened.value;
  const { hooksDirectory, whenMissing } = options;
  const first = await planInit(repository, {
    shims: { directory: hooksDirectory, whenMissing },
    launcher: context.launcher,
  });
  const planned = (await hasEvidence(repository)) ? first : { ...first, next: withFirstRun(first.next) };
  const consent = { yes: options.yes, dryRun: options.dryRun, command: "gate init" };
  const offered = await offerEdits(context, repository, planned.edits, consent);
  const { edits } = offered;
  const all = { ...planned, problems: [...planned.problems, ...offered.problems] };
  switch (offered.outcome) {
    case "nothing":
      return outcome({ edits, applied: !hasErrors(all.problems), plan: all });
    case "shown":
      return outcome({ edits, applied: false, plan: all });
    case "unasked":
      return { ...outcome({ edits, applied: false, plan: all }), exit: 2 };
    case "declined":
      return { ...outcome({ edits, applied: false, plan: all }), exit: 1 };
    case "made":
      return outcome({ edits, applied: edits.every(({ state }) => state === "applied"), plan: all });
    default:
      return unreachable(offered.outcome);
  }
}

/** In another clone of a repository that is gated already. */
async function hasEvidence(worktree: Worktree): Promise<boolean> {
  try {
    const judged = await judgeIndex(worktree);
    return judged.ok && judged.value !== null && isFresh(judged.value);
  } catch (error) {
    // what cannot be judged here is no reason to set up nothing
    if (error instanceof GitError) return false;
    throw error;
  }
}

const withFirstRun = (next: readonly string[]) =>
  next.some((step) => step.startsWith("gate run")) ? next : [...next, "gate run"];

function outcome(result: {
  readonly edits: readonly ShownEdit[];
  readonly applied: boolean;
  readonly plan: Plan;
}): Outcome<InitDocument> {
  const { problems, next } = result.plan;
  const { edits, applied: done } = result;
  return {
    exit: exitFor(problems),
    document: { schema: "gate/init@1", edits, applied: done, problems, next: done ? next : [] },
  };
}

function exitFor(problems: readonly Problem[]): ExitCode {
  if (!hasErrors(problems)) return 0;
  const configuration = problems.some(({ code }) => code.startsWith("config-") || code === "reports-overlap");
  return configuration ? 2 : 1;
}
