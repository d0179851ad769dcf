import type { Signing } from "../config/configuration.ts";
import { type Problem, warning } from "../problem.ts";
import { manifestPath } from "../reports/manifest.ts";
import type { JudgedSuite } from "./judge.ts";

/** A decision does not look at signatures; `gate verify` does, and would refuse what is fresh here. */
export function unsignedEvidence(
  { suite, recorded, staleness }: JudgedSuite,
  signing: Signing | null,
): Problem[] {
  if (staleness !== null || recorded.signed || signing === null || !signing.required) return [];
  return [
    warning("unsigned", `the evidence of ${suite.name} is not signed, and gate.yaml requires that it is.`, {
      path: `${suite.reports}/${manifestPath(suite.name)}`,
      suite: suite.name,
      hint: "Sign it by a new run:  gate run --force,  or without one:  gate run --from <session>",
    }),
  ];
}
