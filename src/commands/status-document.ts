import type { Decision } from "../decision/decide.ts";
import type { InputChange } from "../judgement/changes.ts";
import type { Problem } from "../problem.ts";
import type { StaleSince } from "../recording/outcomes.ts";
import type { RecordedFacts } from "../reports/recorded-facts.ts";

export interface StatusOptions {
  /** Judge this commit instead of the index. */
  readonly rev: string | null;
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
  readonly changes: readonly InputChange[];
  readonly staleSince: StaleSince | null;
  readonly evidence: RecordedFacts | null;
  readonly problems: readonly Problem[];
}

export function statusDocument(
  revision: string | null,
  suites: readonly SuiteStatus[],
  problems: readonly Problem[],
): StatusDocument {
  return { schema: "gate/status@1", revision, suites, problems };
}
