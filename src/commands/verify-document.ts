import type { Problem } from "../problem.ts";
import type { RecordedFacts } from "../reports/recorded-facts.ts";
import type {
  Assurance,
  ChangedInput,
  Landing,
  SuiteVerification,
  TestTally,
  Verification,
  WaiverFacts,
} from "../verify/verification.ts";

/** What `gate verify --json` prints. */
export interface VerifyDocument {
  readonly schema: "gate/verify@1";
  /** As it was asked for. */
  readonly revision: string;
  readonly commit: string | null;
  readonly ok: boolean;
  readonly suites: readonly VerifiedSuite[];
  readonly landing: Landing | null;
  /** What no suite alone is to blame for. */
  readonly problems: readonly Problem[];
}

export interface VerifiedSuite {
  readonly name: string;
  readonly fingerprint: string;
  readonly recorded: string | null;
  readonly verdict: SuiteVerification["verdict"];
  readonly tests: TestTally | null;
  readonly assurance: Assurance | null;
  readonly signer: string | null;
  readonly evidence: RecordedFacts | null;
  /** Earlier sessions of this fingerprint, and how many ended in which verdict. */
  readonly attempts: { readonly earlier: number; readonly verdicts: Readonly<Record<string, number>> } | null;
  readonly changes: readonly ChangedInput[];
  readonly waiver: WaiverFacts | null;
  readonly problems: readonly Problem[];
}

export function verifyDocument(verification: Verification, wiring: readonly Problem[]): VerifyDocument {
  const { subject, suites, landing } = verification;
  const problems = [...verification.problems, ...wiring];
  const all = [...problems, ...suites.flatMap((suite) => suite.problems)];
  return {
    schema: "gate/verify@1",
    revision: subject.revision,
    commit: subject.commit,
    ok: all.every(({ severity }) => severity !== "error"),
    suites: suites.map(verifiedSuite),
    landing,
    problems,
  };
}

/** Where nothing could be judged. */
export function unjudged(revision: string, problems: readonly Problem[]): VerifyDocument {
  return {
    schema: "gate/verify@1",
    revision,
    commit: null,
    ok: false,
    suites: [],
    landing: null,
    problems,
  };
}

function verifiedSuite(suite: SuiteVerification): VerifiedSuite {
  const { attempts, ...rest } = suite;
  const verdicts = Object.fromEntries(attempts?.verdicts ?? []);
  return { ...rest, attempts: attempts === null ? null : { earlier: attempts.earlier, verdicts } };
}
