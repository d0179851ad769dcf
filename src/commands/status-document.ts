import type { Decision } from "../decision/decide.ts";
import type { InputChange } from "../judgement/changes.ts";
import type { Problem } from "../problem.ts";
import type { InputProposals } from "../recording/input-proposals.ts";
import type { ObservedInputs } from "../recording/observed-inputs.ts";
import type { StaleSince } from "../recording/outcomes.ts";
import type { RecordedFacts } from "../reports/recorded-facts.ts";
import type { LastRun } from "../sessions/last-run.ts";

export interface StatusOptions {
  /** Judge this commit instead of the index. */
  readonly rev: string | null;
  /** Compare the inputs with what the last run read. */
  readonly inputs: boolean;
  /** Judge with this configuration instead of the tree's own. A path. */
  readonly config: string | null;
}

export interface StatusDocument {
  readonly schema: "gate/status@1";
  /** The commit that was judged; null: the index. */
  readonly revision: string | null;
  readonly suites: readonly SuiteStatus[];
  readonly problems: readonly Problem[];
}

export interface SuiteStatus {
  readonly name: string;
  readonly decision: Decision["kind"];
  /** Why; null where it is fresh. */
  readonly reason: string | null;
  readonly fingerprint: string;
  /** What the hash file in the tree says. */
  readonly recorded: string | null;
  readonly inputs: { readonly files: number };
  readonly changes: readonly StatusChange[];
  readonly staleSince: StaleSince | null;
  readonly evidence: RecordedFacts | null;
  /** How the last run of these inputs in this worktree ended; null where it is fresh, and where there was none. */
  readonly lastRun: LastRun | null;
  /** What to do; null where nothing is due, or what has to be done first is among the problems. */
  readonly next: string | null;
  readonly problems: readonly Problem[];
  /** Only where it was asked for; null where nobody has seen a run. */
  readonly observed?: ObservedStatus | null;
}

export interface StatusChange extends InputChange {
  /** How many of the recorded run's tests read the file; null where that is not known. */
  readonly tests: { readonly reading: number; readonly of: number } | null;
}

/** What a run read, against the inputs of the tree that is judged. */
export interface ObservedStatus extends ObservedInputs {
  /** The session that was watched; null: what the manifest tells, which is of declared inputs alone. */
  readonly session: string | null;
  /** Whether that run was of these very inputs; else nothing is said to be unread. */
  readonly ofTheseInputs: boolean;
  /** Lines for `inputs:` of gate.yaml. */
  readonly proposals: InputProposals;
}

export function statusDocument(
  revision: string | null,
  suites: readonly SuiteStatus[],
  problems: readonly Problem[],
): StatusDocument {
  return { schema: "gate/status@1", revision, suites, problems };
}
