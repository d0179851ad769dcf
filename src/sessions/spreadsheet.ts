import { writeAtomically } from "../adapters/files/files.ts";
import type { SessionAccount } from "./account.ts";
import { readMemorySamples } from "./peak-memory.ts";
import { CellTexts } from "./spreadsheet-cells.ts";
import { type ReportRow, type ReportSheet, reportSheets } from "./spreadsheet-sheets.ts";
import { systemFacts } from "./spreadsheet-system.ts";
import { type WorkbookSheet, workbook } from "./spreadsheet-workbook.ts";

export const REPORT = "report.xlsx";

/** What Excel takes on one sheet, without the header and the line that says what was cut. */
const MOST_ROWS = 1_048_574;

/** Of all sheets together: the writer holds them all in memory, at some hundred bytes each. */
const MOST_CELLS = 3_000_000;

export interface WrittenReport {
  readonly bytes: number;
  /** Rows of each sheet. */
  readonly sheets: Readonly<Record<string, number>>;
  /** Sentences about what the report does not hold. */
  readonly cut: readonly string[];
}

/** Writes a session's report, whole or not at all, from whatever its account has. */
export async function writeReport(
  account: SessionAccount,
  directory: string,
  path: string,
): Promise<WrittenReport> {
  const system = await systemFacts(directory);
  const { sheets, cut } = fittedSheets(reportSheets(account, system, await readMemorySamples(directory)));
  const content = await workbook(sheets);
  await writeAtomically(path, content);
  const rows = sheets.map((sheet) => [sheet.name, sheet.rows.length] as const);
  return { bytes: content.length, sheets: Object.fromEntries(rows), cut };
}

interface Limits {
  readonly rows: number;
  readonly cells: number;
  /** Characters of all texts. */
  readonly text?: number;
}

/** What fits into a spreadsheet, and sentences about the rest; they are on the first sheet as well. */
export function fittedSheets(
  sheets: readonly ReportSheet[],
  limits: Limits = { rows: MOST_ROWS, cells: MOST_CELLS },
): { readonly sheets: readonly WorkbookSheet[]; readonly cut: readonly string[] } {
  const texts = new CellTexts(limits.text);
  let room = limits.cells;
  const fitted = sheets.map((sheet): WorkbookSheet => {
    const rows = fitting(sheet.rows, limits.rows, room);
    room -= cellsIn(rows);
    const note = rows.length < sheet.rows.length ? cutRows(sheet, rows.length) : null;
    return { ...sheet, rows: rows.map((row) => fittingTexts(row, texts)), note };
  });
  const cut = [...fitted.flatMap(({ note }) => note ?? []), ...cutTexts(texts.shortened)];
  const noted = fitted.map((sheet, index) =>
    index === 0 ? { ...sheet, rows: [...sheet.rows, ...cut.map((note) => ["cut", note])] } : sheet,
  );
  return { sheets: noted, cut };
}

function fitting(rows: readonly ReportRow[], most: number, room: number): readonly ReportRow[] {
  let left = room;
  const end = rows.findIndex((row, index) => {
    left -= cellsIn([row]);
    return left < 0 || index >= most;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function cellsIn(rows: readonly ReportRow[]): number {
  return rows.reduce((sum, row) => sum + row.filter((value) => value !== null).length, 0);
}

function fittingTexts(row: ReportRow, texts: CellTexts): ReportRow {
  return row.map((value) => (typeof value === "string" ? texts.take(value) : value));
}

function cutRows({ name, rows }: ReportSheet, shown: number): string {
  return `The sheet ${name} has the first ${shown} of ${rows.length} rows; the session's files have them all.`;
}

function cutTexts(count: number): readonly string[] {
  if (count === 0) return [];
  return [
    `${count} long ${count === 1 ? "text is" : "texts are"} cut; the session's files have all of them.`,
  ];
}
