import { TEST_OUTCOMES, type TestOutcome } from "../protocol.ts";
import type { TestResult, Verdict } from "../suite/results.ts";
import { compareByBytes } from "./canonical-json.ts";
import type { TestMetadata } from "./metadata.ts";

export interface SummaryTest {
  readonly metadata: TestMetadata;
  /** Where its reports are. */
  readonly directory: string;
}

const MAX_CELL = 100;

/** `<suite>-latest.txt`, for people: nothing in it changes unless a test's behaviour does. */
export function renderSummary(
  suite: string,
  verdict: Verdict,
  tests: readonly SummaryTest[],
  deselected: number,
): string {
  const sorted = [...tests].sort((a, b) => compareByBytes(a.metadata.test.id, b.metadata.test.id));
  const rows = sorted.map(({ metadata, directory }) => [
    cell(directory),
    metadata.test.outcome ?? "not finished",
    cell(metadata.tier ?? "-"),
    cell(toolsCalled(metadata.test)),
  ]);
  const reasons = sorted.flatMap(({ metadata, directory }) =>
    metadata.message === null ? [] : [`${cell(directory)}: ${cell(metadata.message)}`],
  );
  const paragraphs = [
    summaryHead(
      suite,
      verdict,
      tests.map(({ metadata }) => metadata.test.outcome),
      deselected,
    ),
    table([["test", "outcome", "tier", "tools"], ...rows]),
    reasons,
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** The first two lines, which the manifest alone decides. */
export function summaryHead(
  suite: string,
  verdict: Verdict,
  outcomes: readonly (TestOutcome | null)[],
  deselected: number,
): readonly string[] {
  return [`${suite}: ${verdict}`, counts(outcomes, deselected)];
}

function counts(outcomes: readonly (TestOutcome | null)[], deselected: number): string {
  const parts = TEST_OUTCOMES.flatMap((outcome) => {
    const count = outcomes.filter((one) => one === outcome).length;
    return count === 0 ? [] : [`${count} ${outcome}`];
  });
  const unfinished = outcomes.filter((one) => one === null).length;
  if (unfinished > 0) parts.push(`${unfinished} not finished`);
  if (deselected > 0) parts.push(`${deselected} deselected`);
  return `${outcomes.length} ${outcomes.length === 1 ? "test" : "tests"}: ${parts.join(", ") || "none"}`;
}

/** In the order of the first calls: `read_file x2, search`. */
function toolsCalled({ turns }: TestResult): string {
  const calls = new Map<string, number>();
  for (const turn of turns) {
    if (turn.kind === "tool-call") calls.set(turn.tool, (calls.get(turn.tool) ?? 0) + 1);
  }
  const named = [...calls].map(([tool, count]) => (count === 1 ? tool : `${tool} x${count}`));
  return named.join(", ") || "-";
}

/** One line, of bearable length. */
function cell(text: string): string {
  const line = text
    .slice(0, 4 * MAX_CELL)
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  const characters = [...line];
  return characters.length <= MAX_CELL ? line : `${characters.slice(0, MAX_CELL - 1).join("")}…`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [heads = []] = rows;
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
