import type { PatternTests } from "../gaps/context-tests.ts";
import type { SuiteCoverage } from "../gaps/gaps.ts";
import type { ReadingTests } from "../gaps/reading-tests.ts";
import type { Problem } from "../problem.ts";

/** What `gate gaps --json` prints. */
export interface GapsDocument {
  readonly schema: "gate/gaps@1";
  /** In percent: files of which less ran are gaps. */
  readonly under: number;
  /** What the priorities mean. */
  readonly rule: string;
  /** The coverage report that was read; null where there is none. */
  readonly report: ReportFacts | null;
  readonly suites: readonly SuiteGaps[];
  readonly problems: readonly Problem[];
}

export interface ReportFacts {
  /** As it was named, or relative to the top level. */
  readonly path: string;
  /** Of coverage.py. */
  readonly version: string;
  readonly format: number;
  /** When it was made, as coverage.py says it: local time of that machine. */
  readonly timestamp: string;
}

export interface SuiteGaps {
  readonly name: string;
  /** null where there is no report. */
  readonly coverage: SuiteCoverage | null;
  /** Without a report: which files the tests read. null where nobody looked. */
  readonly reads: ReadingTests | null;
  /** Where it is known which files the tests read: from this session here. null: from the manifest, or unknown. */
  readonly session: string | null;
  /** Whether that run was of these very inputs: of others it says nothing about files that came later. */
  readonly ofTheseInputs: boolean;
  readonly patternTests: PatternTests | null;
  readonly problems: readonly Problem[];
}
