import type { JsonObject, TestOutcome, Turn } from "../protocol.ts";

/** What a run said in structured form, whether it came as events or as JUnit XML. */
export interface SuiteResults {
  readonly runner: { readonly name: string; readonly version: string };
  /** In the order in which the tests ended; a test that never ended comes last with outcome null. */
  readonly tests: readonly TestResult[];
  /** How many tests exist besides these and were not selected to run. */
  readonly deselected: number;
  /** Log files of the suite as a whole. */
  readonly logs: readonly LogSource[];
  /** False where the results break off: no end event, a cut-off file, a lost event. */
  readonly complete: boolean;
  /** Sentences that say why the results are not complete or not believable. */
  readonly doubts: readonly string[];
}

export interface TestResult {
  /** Unique in the suite, the same on every machine. */
  readonly id: string;
  /** The test's own name, as the runner shows it. */
  readonly name: string;
  readonly file: string | null;
  /** What was known of it before it ran; absent where its runner says nothing. */
  readonly markers?: Readonly<Record<string, string>>;
  /** null: it was planned or started and never ended. */
  readonly outcome: TestOutcome | null;
  /** RFC 3339; null where the runner does not say. */
  readonly startedAt: string | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly message: string | null;
  readonly properties: JsonObject;
  readonly turns: readonly Turn[];
  readonly logs: readonly LogSource[];
  /** Absent where it ended in the first part of the run, as all do of a run that was not resumed. */
  readonly resumed?: ResumedTest;
}

/** A test that ended after its run was cut short and resumed. */
export interface ResumedTest {
  /** 2 is the first one that was resumed. */
  readonly part: number;
  /** It was running already when an earlier part was cut short. */
  readonly again: boolean;
}

export function partOf({ resumed }: TestResult): number {
  return resumed?.part ?? 1;
}

/** A raw log on disk; never held in memory whole. */
export interface LogSource {
  /** Its name among the test's logs, with `/` as separator. */
  readonly name: string;
  /** Absolute path of the raw file. */
  readonly path: string;
}

export type Verdict =
  | "passed"
  | "failed"
  | "incomplete"
  | "timed-out"
  | "out-of-memory"
  | "interrupted"
  | "no-tests";

/** How the suite's command ended, as the operating system tells it. */
export type ProcessEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "not-started"; readonly reason: string }
  /** `starting`: the command was not even started. `running`: it was ended because a service had died. */
  | {
      readonly kind: "service-failed";
      readonly when: "starting" | "running";
      /** A sentence. */
      readonly reason: string;
    };
