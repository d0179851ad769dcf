import type { ModelUse, Retries, StepAccount, StepResult } from "./account.ts";
import { countText, durationText } from "./amounts.ts";
import { type Section, withinBudget } from "./summary-page.ts";

const BUDGET = 4_500;
/** More of them are never made into text: these fill the room already. */
const MOST = 200;

const WORDS: Readonly<Record<StepResult, string>> = {
  success: "SUCCESS",
  failed: "FAILED",
  skipped: "SKIPPED",
  unfinished: "UNFINISHED",
};

/** Durations differ from run to run: what is committed has none. */
export interface SummaryForm {
  readonly durations: boolean;
}

/** A block for each step; where there is no room for all, of those that failed first, then of the slowest. */
export function stepSection(steps: readonly StepAccount[], form: SummaryForm): Section {
  const anyUse = steps.some(({ use }) => use !== null);
  const ordered = steps.length > MOST ? worstFirst(steps, form) : steps;
  const all = ordered.slice(0, MOST).map((step) => stepLines(step, form, anyUse));
  if (steps.length <= MOST && withinBudget(all, BUDGET) === all.length) return section(all.flat(), anyUse);
  const worst = worstFirst(steps, form);
  const blocks = worst.slice(0, MOST).map((step) => stepLines(step, form, anyUse));
  const shown = withinBudget(blocks, BUDGET);
  const rest = worst.slice(shown);
  const lines = [
    `${countText(shown)} of ${countText(steps.length)} steps: ${form.durations ? "the failed ones, then the slowest" : "the failed ones first"}`,
    ...blocks.slice(0, shown).flat(),
    `and ${countText(rest.length)} more: ${countsOf(rest)}`,
  ];
  return section(lines, anyUse);
}

function section(lines: readonly string[], anyUse: boolean): Section {
  const nothing = "No test recorded prompts, calls or tokens of a model.";
  return {
    title: "STEP EXECUTION SUMMARY",
    lines: anyUse || lines.length === 0 ? lines : [...lines, nothing],
  };
}

const RANK: Readonly<Record<StepResult, number>> = { failed: 0, unfinished: 1, success: 2, skipped: 3 };

function worstFirst(steps: readonly StepAccount[], { durations }: SummaryForm): readonly StepAccount[] {
  return steps.toSorted(
    (left, right) =>
      Math.min(RANK[left.result], 2) - Math.min(RANK[right.result], 2) ||
      (durations ? (right.duration ?? 0) - (left.duration ?? 0) : 0) ||
      left.number - right.number,
  );
}

function stepLines(step: StepAccount, { durations }: SummaryForm, anyUse: boolean): readonly string[] {
  const { number, name, result, tests, duration, retries, errors, warnings } = step;
  const facts = [
    ...(durations && duration !== null ? [`duration: ${durationText(duration)}`] : []),
    `retries: ${retriesText(retries)}`,
  ];
  return [
    `Step ${String(number).padStart(3, "0")}: ${WORDS[result]} (${facts.join(", ")})`,
    tests === 1 ? `  - Test: ${name}` : `  - Tests: ${countText(tests)}, ${name}`,
    ...(anyUse ? linesOfUse(step.use) : []),
    ...(errors + warnings === 0
      ? []
      : [`  - Errors: ${countText(errors)}, warnings: ${countText(warnings)}`]),
  ];
}

function linesOfUse(use: ModelUse | null): readonly string[] {
  // a test that records nothing may have asked a model all the same
  if (use === null) return ["  - Model use: none recorded"];
  const { apiCalls, llmRequests, toolCalls, tokens } = use;
  const none = tokens.total === 0 && llmRequests === 0 && apiCalls === 0;
  return [
    `  - API Calls: ${apiCalls}`,
    `  - Tokens (prompt/completion/total): ${tokens.prompt} / ${tokens.completion} / ${tokens.total}`,
    `  - LLM Requests: ${llmRequests}`,
    ...(toolCalls === 0 ? [] : [`  - Tool Calls: ${toolCalls}`]),
    ...(none ? ["  - Note: Template-based generation (no LLM calls)"] : []),
  ];
}

function retriesText({ count, atLeast }: Retries): string {
  return `${count}${atLeast ? "+" : ""}`;
}

function countsOf(steps: readonly StepAccount[]): string {
  const words: readonly (readonly [StepResult, string])[] = [
    ["failed", "failed"],
    ["unfinished", "unfinished"],
    ["success", "succeeded"],
    ["skipped", "skipped"],
  ];
  return words
    .map(([result, word]) => [steps.filter((step) => step.result === result).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${countText(count)} ${word}`)
    .join(", ");
}
