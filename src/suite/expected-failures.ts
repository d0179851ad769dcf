import type { ExpectedFailure } from "../config/configuration.ts";
import type { TestResult } from "./results.ts";
import { matchesTestId, patternOfTestId } from "./wildcard.ts";

/** Why an entry of `expected-failures` holds no more. */
export interface IdleEntry {
  readonly entry: ExpectedFailure;
  readonly flaw: "ended" | "matches-no-test";
}

const DAY_MS = 86_400_000;

/**
 * The tests as they are recorded: one that failed, or ended in an error, and has to, is `xfailed` for the
 * reason of its entry. An entry that has ended excuses nothing.
 */
export function withExpectedFailures(
  tests: readonly TestResult[],
  entries: readonly ExpectedFailure[],
  at: Date,
): readonly TestResult[] {
  const living = entries.filter((entry) => !hasEnded(entry, at));
  return tests.map((test) => {
    if (test.outcome !== "failed" && test.outcome !== "error") return test;
    const entry = living.find((one) => excuses(one, test.id));
    return entry === undefined ? test : { ...test, outcome: "xfailed", message: entry.reason };
  });
}

/**
 * A file that could not be loaded stands for tests that nobody saw: it fails as expected only where an entry names
 * the file itself. The id of a test has `::` after its file.
 */
function excuses({ match }: ExpectedFailure, id: string): boolean {
  return id.includes("::") ? matchesTestId(id, match) : match === patternOfTestId(id);
}

/** Whether an entry can be about a file as a whole: a wildcard never is. */
export function canNameFile({ match }: ExpectedFailure): boolean {
  return !match.includes("::") && !match.replaceAll("\\*", "").includes("*");
}

/** Whether an entry lets a test, or a file as a whole, fail. */
export function mayFail(id: string, entries: readonly ExpectedFailure[]): boolean {
  return entries.some((entry) => excuses(entry, id));
}

/** Whether a test has to fail, also by an entry that has ended. */
export function hasToFail(id: string, entries: readonly ExpectedFailure[]): boolean {
  return entries.some(({ match }) => matchesTestId(id, match));
}

/** `until` is the last day, in UTC. */
export function hasEnded({ until }: ExpectedFailure, at: Date): boolean {
  return until !== null && at.getTime() >= Date.parse(`${until}T00:00:00Z`) + DAY_MS;
}

/** Entries that have ended, or that no test of a whole run is named by. */
export function idleEntries(
  tests: readonly TestResult[],
  entries: readonly ExpectedFailure[],
  at: Date,
): readonly IdleEntry[] {
  return entries.flatMap((entry): IdleEntry[] => {
    if (hasEnded(entry, at)) return [{ entry, flaw: "ended" }];
    const matches = tests.some(({ id }) => matchesTestId(id, entry.match));
    return matches ? [] : [{ entry, flaw: "matches-no-test" }];
  });
}
