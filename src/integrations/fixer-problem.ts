import { type Problem, problem, warning } from "../problem.ts";
import type { Culprit } from "./fixers/fixer.ts";

/** To whoever can mend it. */
export function fixerError(culprit: Culprit): Problem {
  const [first = ""] = culprit.reports;
  const more = culprit.reports.length === 1 ? "" : ` and ${culprit.reports.length - 1} more`;
  return complaint(problem, culprit, `${first}${more}`);
}

/** To whoever judges a commit. Of many reports only some were asked about. */
export function fixerWarning(culprit: Culprit): Problem {
  return complaint(warning, culprit, `reports such as ${culprit.reports[0] ?? ""}`);
}

function complaint(say: typeof problem, { tool, path, line, exemption }: Culprit, what: string): Problem {
  const hint = `gate check --fix,  or by hand:  ${exemption.byHand}`;
  return say("fixer-not-exempt", `${tool} would rewrite ${what}.`, { path, line, hint });
}
