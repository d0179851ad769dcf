import type { ExitCode, Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { SuiteOutcome } from "../recording/outcomes.ts";
import { unreachable } from "../result.ts";

/** What `gate run`, `gate attach` and the commit hooks did. */
export interface RunDocument {
  readonly schema: "gate/run@1";
  readonly ok: boolean;
  readonly suites: readonly SuiteOutcome[];
  /** What concerns no single suite. */
  readonly problems: readonly Problem[];
}

export function outcomesDocument(suites: readonly SuiteOutcome[]): Outcome<RunDocument> {
  const exits = suites.map(exitOf);
  const exit = ([130, 1, 3, 0] as const).find((code) => exits.includes(code)) ?? 0;
  return { exit, document: { schema: "gate/run@1", ok: exit === 0, suites, problems: [] } };
}

export function refusedDocument(problems: readonly Problem[]): Outcome<RunDocument> {
  return { exit: exitFor(problems), document: { schema: "gate/run@1", ok: false, suites: [], problems } };
}

function exitOf(outcome: SuiteOutcome): ExitCode {
  switch (outcome.kind) {
    case "fresh":
    case "reused":
    case "recorded":
    case "pending":
      return 0;
    case "refused":
      if (outcome.verdict === "interrupted") return 130;
      return outcome.impossibleHere ? 3 : 1;
    default:
      return unreachable(outcome);
  }
}

/** Configuration and usage are the user's to mend in a file; everything else is a no. */
export function exitFor(problems: readonly Problem[]): ExitCode {
  const mendable = [
    "config-invalid",
    "config-missing",
    "config-not-a-file",
    "reports-overlap",
    "not-a-repository",
    "usage",
  ];
  return problems.some(({ code }) => mendable.includes(code)) ? 2 : 1;
}
