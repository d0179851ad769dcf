import { patternOfTestId } from "../suite/wildcard.ts";
import { isRed, type RedPhase, type RedTest } from "./red.ts";

/** An entry for `expected-failures:` that the tests of a red phase ask for. */
export interface ProposedEntry {
  readonly match: string;
  readonly reason: string;
}

/** One entry for each test that fails and that nobody expects to fail yet. */
export function proposedEntries({ runs }: Pick<RedPhase, "runs">): readonly ProposedEntry[] {
  const failing = runs.flatMap(({ tests }) => tests).filter((test) => isRed(test.outcome) && !test.expected);
  const byId = new Map(failing.map((test) => [test.id, test]));
  return [...byId].map(([id, test]) => ({
    match: patternOfTestId(id).replace(UNWRITABLE, "*"),
    reason: reasonFor(test),
  }));
}

/** gate.yaml holds no such characters. A backslash before one would take the wildcard for a star. */
const UNWRITABLE = /\\*[\0\p{Cs}]/gu;

/** What the test says itself is the best reason until somebody writes a better one. */
function reasonFor({ lines: [first] }: RedTest): string {
  const text = first?.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trim() ?? "";
  return text === "" ? "written in the red phase, and not built yet" : `red: ${text}`;
}

/** The lines as they go into gate.yaml below a suite, with the key where the suite has none yet. */
export function proposalYaml(entries: readonly ProposedEntry[], hasKey: boolean): string {
  if (entries.length === 0) return "";
  const lines = entries.flatMap(({ match, reason }) => [
    `      - match: ${quoted(match)}`,
    `        reason: ${quoted(reason)}`,
  ]);
  return [...(hasKey ? [] : ["    expected-failures:"]), ...lines].join("\n");
}

/** JSON is YAML, but for some characters that YAML wants escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
