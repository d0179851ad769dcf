import type { PendingReason } from "../decision/decide.ts";
import type { InputChange } from "../judgement/changes.ts";
import type { Problem } from "../problem.ts";
import type { RecordedFacts, ResumedFacts } from "../reports/recorded-facts.ts";
import type { Verdict } from "../suite/results.ts";
import type { TestCounts } from "../suite/verdict.ts";

/** Since when a suite is stale, and by whom. */
export interface StaleSince {
  readonly commit: string;
  readonly author: string;
  /** RFC 3339. */
  readonly date: string;
}

/** What became of one suite at a commit or at `gate run`. */
export type SuiteOutcome =
  | { readonly kind: "fresh"; readonly suite: string; readonly warnings: readonly Problem[] }
  | {
      readonly kind: "reused";
      readonly suite: string;
      /** The commit it was found in; null: the local store. */
      readonly commit: string | null;
      readonly recorded: RecordedFacts;
      /** Reports that changed in the index. */
      readonly reports: number;
      readonly warnings: readonly Problem[];
    }
  | {
      readonly kind: "recorded";
      readonly suite: string;
      readonly counts: TestCounts;
      readonly durationMs: number;
      readonly on: string;
      readonly reports: number;
      readonly session: string;
      /** Where the run was resumed. */
      readonly resumed?: ResumedFacts;
      readonly removedSessions?: RemovedSessions;
      readonly warnings: readonly Problem[];
    }
  | {
      readonly kind: "pending";
      readonly suite: string;
      readonly reason: PendingReason;
      readonly changes: readonly InputChange[];
      readonly staleSince: StaleSince | null;
    }
  | {
      readonly kind: "refused";
      readonly suite: string;
      readonly problems: readonly Problem[];
      readonly verdict: Verdict | null;
      /** Where the raw output is; null where nothing was run. */
      readonly session: string | null;
      readonly removedSessions?: RemovedSessions;
      /** The machine cannot do it, as opposed to the result being bad. */
      readonly impossibleHere: boolean;
    };

/** Names of older ones that made room for this one (`sessions:` of gate.yaml); absent where none did. */
type RemovedSessions = readonly string[];

/** What is said besides, of a suite that has its evidence. */
export function withWarnings(outcome: SuiteOutcome, warnings: readonly Problem[]): SuiteOutcome {
  if (warnings.length === 0 || outcome.kind === "pending" || outcome.kind === "refused") return outcome;
  return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
}
