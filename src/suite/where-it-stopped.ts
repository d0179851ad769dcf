import { testCount } from "./objections.ts";
import type { SuiteResults } from "./results.ts";

const MOST_NAMED = 3;

/** What a run that broke off was doing, as at most one text of sentences; nothing where that cannot be told. */
export function whereItStopped(results: SuiteResults | null): readonly string[] {
  if (results === null || results.complete) return [];
  const open = results.tests.filter(({ outcome }) => outcome === null);
  if (open.length === 0) return [];
  const running = open.filter(({ startedAt }) => startedAt !== null).map(({ id }) => id);
  const waiting = open.length - running.length;
  const more = running.length > MOST_NAMED ? ` and ${running.length - MOST_NAMED} more` : "";
  const doing =
    running.length === 0
      ? "No test was running."
      : `Was running: ${running.slice(0, MOST_NAMED).join(", ")}${more}.`;
  return [waiting === 0 ? doing : `${doing} ${testCount(waiting)} had not started.`];
}
