import { type Problem, type ProblemCode, warning } from "../problem.ts";
import type { SuiteVerification, WaiverFacts } from "./verification.ts";

/** What a waiver can let pass. Never what somebody has done to the evidence, nor what cannot be read. */
const WAIVABLE: readonly ProblemCode[] = [
  "stale-evidence",
  "missing-evidence",
  "verdict-not-accepted",
  "inputs-collapsed",
];

export function isWaivable({ code, severity }: Problem): boolean {
  return severity === "error" && WAIVABLE.includes(code);
}

/** What a waiver can let pass is a warning then; everything else stays what it is. */
export function waive(suite: SuiteVerification, waiver: WaiverFacts): SuiteVerification {
  if (!suite.problems.some(isWaivable)) return suite;
  const problems = suite.problems.map((one) => (isWaivable(one) ? warning(one.code, one.message, one) : one));
  return { ...suite, waiver, problems };
}
