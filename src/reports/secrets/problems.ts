import type { AllowedSecret, Suite } from "../../config/configuration.ts";
import { type Problem, problem, warning } from "../../problem.ts";
import type { Found } from "./guard.ts";

/** What was found, and in which report: relative to the reports directory. */
export interface PlacedSecret extends Omit<Found, "line"> {
  readonly path: string;
  /** null: in the name of a log. */
  readonly line: number | null;
}

const CONFIGURATION = "gate.yaml";

export function foundProblems(
  suite: Suite,
  session: string,
  secrets: readonly PlacedSecret[],
  untold: number,
): readonly Problem[] {
  const hint = `Nothing has to be run again. In gate.yaml, secrets: redact puts markers in their place, and secrets.allow lets pass what is no secret; git add gate.yaml, then:  gate run --from ${session}`;
  return sentences(suite, secrets, untold, "looks like a secret").map(({ message, path, line }) =>
    problem("secret-found", message, { path, line, suite: suite.name, hint }),
  );
}

export function redactedWarnings(
  suite: Suite,
  session: string,
  secrets: readonly PlacedSecret[],
  untold: number,
): readonly Problem[] {
  const hint = `A real one has to be revoked: the raw logs of session ${session} still hold it.`;
  return sentences(suite, secrets, untold, "was redacted").map(({ message, path, line }) =>
    warning("secret-redacted", message, { path, line, suite: suite.name, hint }),
  );
}

interface Sentence {
  readonly message: string;
  readonly path: string | null;
  readonly line: number | null;
}

function sentences(
  { reports }: Suite,
  secrets: readonly PlacedSecret[],
  untold: number,
  what: string,
): readonly Sentence[] {
  const told = secrets.map(({ path, line, rule, excerpt }) => ({
    message: `${excerpt} ${what} (${rule})${line === null ? ", in the name of a log" : ""}`,
    path: `${reports}/${path}`,
    line,
  }));
  return untold === 0 ? told : [...told, { message: `and ${untold} more`, path: null, line: null }];
}

/** An allowance that nothing needs lets pass tomorrow what nobody has looked at. */
export function unusedAllowances(suite: Suite, unused: readonly AllowedSecret[]): readonly Problem[] {
  return unused.map(({ match, line }) =>
    warning("pattern-matches-nothing", `secrets.allow: ${JSON.stringify(match)} met nothing in this run.`, {
      path: CONFIGURATION,
      line,
      suite: suite.name,
      hint: "Take out what is not needed any more.",
    }),
  );
}
