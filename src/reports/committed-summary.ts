import type { Suite } from "../config/configuration.ts";
import type { TestOutcome } from "../protocol.ts";
import type { AccountedTest } from "../sessions/account.ts";
import { domainsOf, stepsOf } from "../sessions/account-steps.ts";
import { retriesOf } from "../sessions/account-tests.ts";
import { groupOf } from "../sessions/grouping.ts";
import { modelUse } from "../sessions/model-use.ts";
import { domainSection, messageSection, modelSection } from "../sessions/summary.ts";
import { summaryPage } from "../sessions/summary-page.ts";
import { stepSection } from "../sessions/summary-steps.ts";
import type { Verdict } from "../suite/results.ts";
import { compareByBytes } from "./canonical-json.ts";
import { type SummaryTest, summaryHead } from "./summary.ts";

/** Among the reports, where gate.yaml says `summary: committed`. */
export const COMMITTED_SUMMARY = "logs_summary.txt";

/**
 * The summary of a session as a report: what of it two runs of the same results share, so no time, no duration and
 * nothing of the machine. Tests are in the order of their ids, and steps are numbered in that order.
 */
export function committedSummary(
  suite: Suite,
  verdict: Verdict,
  described: readonly SummaryTest[],
  deselected: number,
): string {
  const tests = accountedTests(suite, described);
  const outcomes = tests.map(({ outcome }) => outcome);
  return summaryPage([
    {
      title: COMMITTED_TITLE,
      lines: [...summaryHead(suite.name, verdict, outcomes, deselected), `Command: ${suite.run}`],
    },
    domainSection(domainsOf(tests), { durations: false }),
    stepSection(stepsOf(tests), { durations: false }),
    modelSection(tests.map(({ use }) => use)),
    messageSection(tests),
  ]);
}

const COMMITTED_TITLE = "RUN SUMMARY";

/** How it begins: the manifest alone decides it. */
export function committedSummaryHead(
  suite: string,
  verdict: Verdict,
  outcomes: readonly (TestOutcome | null)[],
  deselected: number,
): string {
  return summaryPage([{ title: COMMITTED_TITLE, lines: summaryHead(suite, verdict, outcomes, deselected) }]);
}

function accountedTests(suite: Suite, described: readonly SummaryTest[]): readonly AccountedTest[] {
  const sorted = described
    .map(({ metadata }) => metadata)
    .toSorted((left, right) => compareByBytes(left.test.id, right.test.id));
  const steps = new Map<string, number>();
  return sorted.map(({ test, message }) => {
    const { id, name, outcome, properties, turns } = test;
    const stepName = groupOf(suite.steps, test);
    const step = steps.get(stepName) ?? steps.size + 1;
    steps.set(stepName, step);
    const count = (kind: "prompt" | "tool-call") => turns.filter((turn) => turn.kind === kind).length;
    return {
      id,
      name,
      domain: groupOf(suite.domains, test),
      step,
      stepName,
      state: "ended" as const,
      outcome,
      startedAt: null,
      endedAt: null,
      duration: null,
      message,
      properties,
      use: modelUse({
        property: (key) => properties[key],
        prompts: count("prompt"),
        toolCalls: count("tool-call"),
      }),
      retries: retriesOf(properties, outcome),
      errors: 0,
      warnings: 0,
    };
  });
}
