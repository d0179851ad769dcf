import type { Problem, ProblemCode } from "../../problem.ts";
import type { Assurance } from "../verification.ts";
import type { Level } from "./attack.ts";

/** What came of trying every forgery on a commit. */
export interface AttackReport {
  readonly revision: string;
  readonly commit: string;
  /** Every forgery refused as it has to be, and no honest variant. */
  readonly ok: boolean;
  readonly suites: readonly AttackedSuite[];
}

export interface AttackedSuite {
  readonly name: string;
  /** Of the commit as it is. */
  readonly assurance: Assurance;
  readonly forgeries: readonly Attempt[];
  readonly honest: readonly HonestAttempt[];
}

/**
 * `refused`: by the checks that have to. `misjudged`: refused, but not by all of them. `only-signatures`: accepted
 * as unsigned evidence, and refused where the same evidence is signed. `accepted`: verify does not see it.
 * `not-applicable`: this commit gives nothing to do it with. `not-tried`: no keys could be made here.
 */
export type AttackOutcome =
  | "refused"
  | "misjudged"
  | "only-signatures"
  | "accepted"
  | "not-applicable"
  | "not-tried";

export interface Attempt {
  readonly name: string;
  readonly what: string;
  readonly level: Level;
  readonly outcome: AttackOutcome;
  /** Codes that have to be among the errors. */
  readonly expected: readonly ProblemCode[];
  /** Codes of the errors that there were. */
  readonly refusedBy: readonly ProblemCode[];
}

export interface HonestAttempt {
  readonly name: string;
  readonly what: string;
  readonly ok: boolean;
  /** Why it was refused. */
  readonly problems: readonly Problem[];
}

const GOOD: readonly AttackOutcome[] = ["refused", "only-signatures", "not-applicable", "not-tried"];

export function isGood({ outcome }: Attempt): boolean {
  return GOOD.includes(outcome);
}
