import type { RedDocument } from "../commands/red-document.ts";
import type { RedRun, RedTest } from "../recording/red.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";
import { outcomesText, placeText } from "./run-red-summary.ts";

const MOST_TESTS = 20;

/** What a person sees of a red phase: what failed and how, what did not, and the lines for gate.yaml. */
export function renderRed(document: RedDocument): string {
  const { suite, selectors, summary, problems } = singleLined(document);
  // lines to be copied: YAML has its own way to write a name
  const { proposed } = document;
  if (suite === null || proposed === null) return renderProblems(problems);
  return [
    `gate  ${suite}: ${headline(document)}`,
    ...selectors.flatMap(renderRun),
    `  logs and summary  ${summary}`,
    ...renderProposal(proposed),
  ].join("\n");
}

function headline({ selectors, interrupted }: RedDocument): string {
  const red = selectors.filter(({ state }) => state === "red").length;
  const count = selectors.length === 1 ? "1 selector" : `${selectors.length} selectors`;
  const what = red === selectors.length ? "all red" : red === 0 ? "none red" : `only ${red} red`;
  if (!interrupted) return `${count}, ${what}.`;
  return selectors.length === 0
    ? "interrupted before the first selector had run."
    : `interrupted. ${count} had run by then, ${what}.`;
}

function renderRun(run: RedRun): readonly string[] {
  const { state, selector, tests, reasons, log } = run;
  const rest = tests.length - MOST_TESTS;
  const [only, ...others] = tests;
  const itself = only !== undefined && others.length === 0 && only.id === selector;
  return [
    `  ${state.padEnd(7)}  ${selector}${itself && only.expected ? EXPECTED : ""}`,
    ...(tests.length === 0 || (itself && state === "red") ? [] : [`           ${outcomesText(tests)}`]),
    ...(itself ? said(only) : tests.slice(0, MOST_TESTS).flatMap(renderTest)),
    ...(rest > 0 ? [`           and ${rest} more`] : []),
    ...reasons.slice(0, 1).map((reason) => `           ${reason}`),
    ...(state === "red" ? [] : [`           ${log}`]),
  ];
}

const EXPECTED = "  (expected already)";

function renderTest(test: RedTest): readonly string[] {
  const { id, outcome, expected } = test;
  return [`           ${(outcome ?? "missing").padEnd(8)} ${id}${expected ? EXPECTED : ""}`, ...said(test)];
}

function said({ place, lines: [first] }: RedTest): readonly string[] {
  const at = place === null ? "" : `${placeText(place)}  `;
  const text = `${at}${first ?? ""}`.trimEnd();
  return text === "" ? [] : [`           ${text}`];
}

function renderProposal({ yaml, below }: NonNullable<RedDocument["proposed"]>): readonly string[] {
  if (yaml === "") return [];
  const where = below === "list" ? "to expected-failures of the suite" : "to the suite";
  return ["", `Until they are built, add ${where} in gate.yaml:`, "", yaml];
}
