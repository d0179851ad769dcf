import type { StatusDocument, SuiteStatus } from "../commands/status-document.ts";
import { daysAgo } from "./ago.ts";
import { renderProblems } from "./problems.ts";

const MOST_CHANGES = 20;

/** The decision for each suite, why, and what to do next. */
export function renderStatus(document: StatusDocument, now: Date): string {
  const suites = document.suites.map((suite) => renderSuite(suite, now));
  const general = document.problems.length === 0 ? [] : [renderProblems(document.problems)];
  return [...suites, ...general].join("\n");
}

function renderSuite(suite: SuiteStatus, now: Date): string {
  const { name, decision, reason, inputs, fingerprint, changes, staleSince, evidence, problems } = suite;
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
    ...recorded,
    `  ${inputs.files} input${inputs.files === 1 ? "" : "s"}, fingerprint ${fingerprint.slice(0, 12)}`,
    ...NEXT[decision],
  ].join("\n");
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function renderChange({ path, change }: SuiteStatus["changes"][number]): string {
  return `  ${change.padEnd(9)} ${path}${change === "suite" ? "  (the suite's definition)" : ""}`;
}

const NEXT: Readonly<Record<SuiteStatus["decision"], readonly string[]>> = {
  fresh: [],
  reuse: ["  next: git commit attaches it, or now:  gate attach"],
  run: ["  next: git commit runs it, or now:  gate run"],
  pending: ["  next: gate run"],
  blocked: ["  next: gate run, then git commit"],
};
