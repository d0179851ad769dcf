import type { CommitId, TreeId } from "../adapters/git/ids.ts";
import type { InputChange } from "../judgement/changes.ts";
import type { Problem } from "../problem.ts";
import type { RecordedFacts } from "../reports/recorded-facts.ts";
import type { Verdict } from "../suite/results.ts";

/** What is judged: one commit, or any other thing that has a tree. */
export interface Subject {
  /** As it was asked for. */
  readonly revision: string;
  /** null where a bare tree is judged, such as the merge that would land. */
  readonly commit: CommitId | null;
  readonly tree: TreeId;
  /** When policies that depend on time are judged: the commit's time, or what `--at` says. */
  readonly at: Date;
}

/** Everything that was found out about one commit. */
export interface Verification {
  readonly subject: Subject;
  readonly suites: readonly SuiteVerification[];
  /** What would come of merging into the base; null without a base, or where there is nothing to merge. */
  readonly landing: Landing | null;
  /** What no suite alone is to blame for. */
  readonly problems: readonly Problem[];
}

/**
 * `consistent`: the tree agrees with itself, unsigned; said as "recorded by". `signed`: by a trusted key; said
 * as "attested by".
 */
export type Assurance = "consistent" | "signed";

export interface SuiteVerification {
  readonly name: string;
  readonly fingerprint: string;
  /** What the hash file in the tree says. */
  readonly recorded: string | null;
  /** What the manifest claims; null where none can be read. */
  readonly verdict: Verdict | null;
  readonly tests: TestTally | null;
  /** null where the evidence is not believed. */
  readonly assurance: Assurance | null;
  /** Name of the trusted signer; null where the assurance is not `signed`. */
  readonly signer: string | null;
  readonly evidence: RecordedFacts | null;
  /** Earlier sessions of this fingerprint where it was recorded, and how they ended. */
  readonly attempts: { readonly earlier: number; readonly verdicts: ReadonlyMap<Verdict, number> } | null;
  /** What changed since the recorded run, where the history says so. */
  readonly changes: readonly ChangedInput[];
  /** The waiver that lets the suite pass all the same; its problems are warnings then. */
  readonly waiver: WaiverFacts | null;
  readonly problems: readonly Problem[];
}

export interface TestTally {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
  readonly xfailed: number;
  readonly xpassed: number;
  readonly flaky: number;
  readonly deselected: number;
}

export interface ChangedInput extends InputChange {
  /** The commit that changed it last, where the history has it. */
  readonly commit: CommitId | null;
}

export interface WaiverFacts {
  readonly reason: string;
  /** RFC 3339. */
  readonly until: string;
  readonly by: string;
  readonly signed: boolean;
  /** The file in the tree. */
  readonly path: string;
}

/** The merge that would land, judged as a commit of its own. */
export interface Landing {
  /** As `--base` named it. */
  readonly base: string;
  /** Files that a person has to merge first; the reports are not among them. */
  readonly conflicts: readonly string[];
  readonly due: readonly MadeDue[];
}

/** A suite whose inputs the merge combines in a way that no evidence covers. */
export interface MadeDue {
  readonly suite: string;
  /** Inputs that the judged commit changed since the two parted. */
  readonly ours: readonly string[];
  /** Inputs that the base changed since then. */
  readonly theirs: readonly string[];
}
