import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { hasToFail, type IdleEntry, mayFail } from "./expected-failures.ts";
import type { TestResult } from "./results.ts";
import { matchesTestId } from "./wildcard.ts";

/** What a suite's own policy lets pass. */
export type Tolerance = Pick<Suite, "skips" | "flaky" | "expectedFailures">;

/** Why a test keeps a run from being a pass. */
export type ObjectionKind =
  | "failed"
  | "error"
  | "file-error"
  | "missing"
  | "unexpected-pass"
  | "expected-failure-skipped"
  | "undeclared-skip"
  | "flaky";

export interface Objection {
  readonly kind: ObjectionKind;
  readonly test: Pick<TestResult, "id" | "outcome">;
}

/** The tests, as they are recorded, that the suite's policy does not let pass. */
export function objectionsTo(tests: readonly TestResult[], suite: Tolerance): readonly Objection[] {
  return tests.flatMap((test): Objection[] => {
    const kind = objectionKind(test, suite);
    return kind === null ? [] : [{ kind, test }];
  });
}

function objectionKind({ id, outcome }: TestResult, suite: Tolerance): ObjectionKind | null {
  switch (outcome) {
    case null:
      return "missing";
    case "failed":
    case "error":
      return isFileBehindWildcard(id, suite) ? "file-error" : outcome;
    case "xfailed":
      return null;
    case "passed":
    case "xpassed":
      return hasToFail(id, suite.expectedFailures) ? "unexpected-pass" : null;
    case "flaky":
      if (hasToFail(id, suite.expectedFailures)) return "unexpected-pass";
      return suite.flaky === "refuse" ? "flaky" : null;
    case "skipped":
      if (hasToFail(id, suite.expectedFailures)) return "expected-failure-skipped";
      return suite.skips.some(({ match }) => matchesTestId(id, match)) ? null : "undeclared-skip";
  }
}

/** A file that failed as a whole, and that only a wildcard matches. */
function isFileBehindWildcard(id: string, { expectedFailures }: Tolerance): boolean {
  return !id.includes("::") && hasToFail(id, expectedFailures) && !mayFail(id, expectedFailures);
}

/** Phrases that stand after each other in one sentence: `1 test failed`, `13 were skipped without …`. */
export function objectionPhrases(objections: readonly Objection[]): readonly string[] {
  const counted = PHRASES.map(({ kind, phrase }) => ({
    phrase,
    count: objections.filter((one) => one.kind === kind).length,
  }));
  return counted
    .filter(({ count }) => count > 0)
    .map(({ phrase, count }, index) => {
      const subject = index === 0 ? testCount(count) : String(count);
      return `${subject} ${phrase.replace("{was}", count === 1 ? "was" : "were")}`;
    });
}

const PHRASES: readonly { readonly kind: ObjectionKind; readonly phrase: string }[] = [
  { kind: "failed", phrase: "failed" },
  { kind: "error", phrase: "ended in an error" },
  { kind: "file-error", phrase: "{was} a file that failed as a whole (no wildcard excuses that)" },
  { kind: "missing", phrase: "never ended" },
  { kind: "unexpected-pass", phrase: "passed although expected to fail" },
  { kind: "expected-failure-skipped", phrase: "{was} skipped although expected to fail" },
  { kind: "undeclared-skip", phrase: "{was} skipped without a declared reason" },
  { kind: "flaky", phrase: "passed only when tried again" },
];

export function testCount(count: number): string {
  return count === 1 ? "1 test" : `${count} tests`;
}

/** Sentences about the entries of `expected-failures` that hold no more. */
export function idleSentences(idle: readonly IdleEntry[]): readonly string[] {
  const sentence = (flaw: IdleEntry["flaw"], one: string, several: string) => {
    const count = idle.filter((entry) => entry.flaw === flaw).length;
    if (count === 0) return [];
    return [
      count === 1
        ? `1 entry of expected-failures ${one}.`
        : `${count} entries of expected-failures ${several}.`,
    ];
  };
  return [
    ...sentence("ended", "has ended", "have ended"),
    ...sentence("matches-no-test", "matches no test", "match no test"),
  ];
}

const MOST_TESTS = 10;

const HINTS: Partial<Record<ObjectionKind, string>> = {
  "file-error": `Let the file load, or name it itself, without a star, under expected-failures in ${CONFIGURATION_PATH}.`,
  "undeclared-skip": `Tests that may be skipped are declared with a reason under skips: in ${CONFIGURATION_PATH}.`,
  "unexpected-pass": `Unexpected pass: remove it from expected-failures in ${CONFIGURATION_PATH}.`,
  flaky: `A pass on retry counts where the suite has flaky: accept in ${CONFIGURATION_PATH}.`,
  "expected-failure-skipped": `Skipped is not failed: let it run, or remove it from expected-failures in ${CONFIGURATION_PATH}.`,
};

/** The first of the objections one by one, then the entries that hold no more. */
export function objectionProblems(
  { objections, idle }: { readonly objections: readonly Objection[]; readonly idle: readonly IdleEntry[] },
  details: { readonly suite: string; readonly path?: string },
): Problem[] {
  const tests = objections.slice(0, MOST_TESTS).map(({ kind, test }) =>
    problem("verdict-not-accepted", `${(test.outcome ?? "missing").padEnd(9)} ${test.id}`, {
      ...details,
      hint: HINTS[kind] ?? null,
    }),
  );
  const more = objections.length - tests.length;
  const rest = more <= 0 ? [] : [problem("verdict-not-accepted", `and ${more} more`, details)];
  return [...tests, ...rest, ...idle.map((one) => idleProblem(one, details.suite))];
}

function idleProblem({ entry, flaw }: IdleEntry, suite: string): Problem {
  const { match, until, reason, line } = entry;
  const ended = flaw === "ended";
  const message = ended
    ? `expected-failures: ${JSON.stringify(match)} ended on ${until} (${reason}).`
    : `expected-failures: ${JSON.stringify(match)} matches no test of the run (${reason}).`;
  const hint = ended
    ? `Mend what fails and remove the entry from ${CONFIGURATION_PATH}, or set a later until:.`
    : `Remove the entry from ${CONFIGURATION_PATH}, or correct its match:.`;
  return problem("verdict-not-accepted", message, { path: CONFIGURATION_PATH, line, suite, hint });
}
