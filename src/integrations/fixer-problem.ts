import { type Problem, problem, warning } from "../problem.ts";
import type { Culprit } from "./fixers/fixer.ts";
import type { UnreadFile } from "./fixers/unread.ts";

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

/** Nobody knows what it starts. */
export function unreadWarning({ path, why }: UnreadFile): Problem {
  const message = `${path} ${why}: whether a tool that it starts would rewrite reports was not judged.`;
  return warning("fixer-not-exempt", message, { path, hint: "Mend it, then:  gate check" });
}

function complaint(say: typeof problem, { tool, path, line, exemption }: Culprit, what: string): Problem {
  const hint = `gate check --fix,  or by hand:  ${exemption.byHand}`;
  return say("fixer-not-exempt", `${tool} would rewrite ${what}.`, { path, line, hint });
}
