import type { StatusDocument, SuiteStatus } from "../commands/status-document.ts";
import type { LastRun } from "../sessions/last-run.ts";
import { daysAgo } from "./ago.ts";
import { renderObserved } from "./observed-inputs.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

const MOST_CHANGES = 20;

/** The decision for each suite, why, and what to do next. */
export function renderStatus(document: StatusDocument, now: Date): string {
  const { suites, problems } = singleLined(document);
  const general = problems.length === 0 ? [] : [renderProblems(problems)];
  return [...suites.map((suite) => renderSuite(suite, now)), ...general].join("\n");
}

function renderSuite(suite: SuiteStatus, now: Date): string {
  const {
    name,
    decision,
    reason,
    inputs,
    fingerprint,
    changes,
    staleSince,
    evidence,
    lastRun,
    next,
    problems,
  } = suite;
  const why = reason === null ? "its evidence covers exactly these inputs" : reason;
  const shown = changes.slice(0, MOST_CHANGES).map(renderChange);
  const since =
    staleSince === null
      ? []
      : [
          `  stale since ${staleSince.commit.slice(0, 7)} (${staleSince.author}, ${daysAgo(staleSince.date, now)})`,
        ];
  const recorded =
    evidence === null ? [] : [`  recorded by ${evidence.by} on ${evidence.on}, ${daysAgo(evidence.at, now)}`];
  return [
    `${name}: ${decision}; ${why}`,
    ...(problems.length === 0 ? [] : [indented(renderProblems(problems))]),
    ...shown,
    ...(changes.length > shown.length ? [`  and ${changes.length - shown.length} more`] : []),
    ...since,
    ...(lastRun === null || lastRun.verdict === "passed" ? [] : [notPassed(lastRun)]),
    ...recorded,
    `  ${inputs.files} input${inputs.files === 1 ? "" : "s"}, fingerprint ${fingerprint.slice(0, 12)}`,
    ...(suite.observed === undefined ? [] : renderObserved(suite.observed)),
    ...(next === null ? [] : [`  next: ${next}`]),
  ].join("\n");
}

function notPassed({ session, verdict }: LastRun): string {
  return `  the last run of these inputs here did not pass (${verdict}):  gate sessions show ${session}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function renderChange({ path, change, tests }: SuiteStatus["changes"][number]): string {
  const note = change === "suite" ? "  (the suite's definition)" : renderReaders(tests);
  return `  ${change.padEnd(9)} ${path}${note}`;
}

function renderReaders(tests: SuiteStatus["changes"][number]["tests"]): string {
  if (tests === null) return "";
  if (tests.of === 1 && tests.reading === 1) return "  (its only test reads it)";
  return tests.reading === tests.of
    ? `  (all ${tests.of} tests read it)`
    : `  (${tests.reading} of ${tests.of} tests read it)`;
}
