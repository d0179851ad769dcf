import writeWorkbook, { type Cell } from "write-excel-file/node";
import { columnLetters, rowsXml } from "./spreadsheet-rows.ts";
import type { ReportColumn, ReportSheet } from "./spreadsheet-sheets.ts";

export interface WorkbookSheet extends ReportSheet {
  /** Said below the last row. */
  readonly note: string | null;
}

type Feature = NonNullable<NonNullable<Parameters<typeof writeWorkbook>[1]>["features"]>[number];

/** The bytes of a spreadsheet: each sheet with its header kept in sight, filters, and colours by how things went. */
export function workbook(sheets: readonly WorkbookSheet[]): Promise<Buffer> {
  return writeWorkbook(sheets.map(sheetOf), { features: [rowsOf(sheets), DEFAULT_STYLE] }).toBuffer();
}

/** In the place of the rows: it has the styles that they need. */
const PATTERN: Cell[] = [
  { value: 0, type: Number, format: "0.000" },
  { value: new Date(0), type: Date, format: "yyyy-mm-dd hh:mm:ss" },
  { value: 0, type: Number, fontStyle: "italic" },
];

function sheetOf({ name, columns, rows }: WorkbookSheet) {
  const header = columns.map((column): Cell => ({ value: column.header, type: String, fontWeight: "bold" }));
  const rules = columns.flatMap((column, index) => colours(column, index + 1, rows.length));
  return {
    sheet: name,
    data: [header, PATTERN],
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    // an empty list of them is an error of the library's
    ...(rules.length === 0 ? {} : { conditionalFormatting: rules }),
  };
}

const GOOD = { backgroundColor: "#d9ead3", textColor: "#1e4620" };
const BAD = { backgroundColor: "#f4cccc", textColor: "#7f0000" };
const DOUBTFUL = { backgroundColor: "#fff2cc", textColor: "#594300" };
const IDLE = { backgroundColor: "#eeeeee", textColor: "#444444" };

const COLOURS = {
  passed: GOOD,
  success: GOOD,
  ready: GOOD,
  failed: BAD,
  error: BAD,
  died: BAD,
  crashed: BAD,
  "timed-out": BAD,
  "out-of-memory": BAD,
  incomplete: BAD,
  interrupted: BAD,
  flaky: DOUBTFUL,
  xpassed: DOUBTFUL,
  unfinished: DOUBTFUL,
  running: DOUBTFUL,
  starting: DOUBTFUL,
  skipped: IDLE,
  xfailed: IDLE,
  stopped: IDLE,
  unknown: IDLE,
  "not begun": IDLE,
  "no-tests": IDLE,
} as const;

function colours({ coloured }: ReportColumn, column: number, rows: number) {
  if (coloured !== true || rows === 0) return [];
  const cellRange = { from: { row: 2, column }, to: { row: rows + 1, column } };
  return Object.entries(COLOURS).map(([value, style]) => ({
    cellRange,
    condition: { operator: "=" as const, value },
    style,
  }));
}

/** Puts the rows in the place of the pattern, and filters over them, which the library does not have. */
function rowsOf(sheets: readonly WorkbookSheet[]): Feature {
  return {
    files: {
      transform: {
        "xl/worksheets/sheet{id}.xml": {
          transform: (xml, _options, { sheetIndex }) => {
            const sheet = sheets[sheetIndex];
            return sheet === undefined ? xml : withRows(xml, sheet);
          },
        },
      },
    },
  };
}

const END = "</sheetData>";

function withRows(xml: string, { columns, rows, note }: WorkbookSheet): string {
  const from = xml.indexOf('<row r="2"');
  const to = xml.indexOf(END, from);
  const [seconds, time, italic] = [...xml.slice(from, to).matchAll(/ s="(\d+)"/g)].map(([, style]) => style);
  if (from < 0 || seconds === undefined || time === undefined || italic === undefined)
    throw new Error("write-excel-file writes sheets in another way than it did");
  const filter = `<autoFilter ref="A1:${columnLetters(columns.length)}${rows.length + 1}"/>`;
  const written = rowsXml(rows, columns, note, { seconds, time, note: italic });
  return `${xml.slice(0, from)}${written}${END}${filter}${xml.slice(to + END.length)}`;
}

/** The library names no default style; readers warn that they take one of their own. */
const DEFAULT_STYLE: Feature = {
  files: {
    transform: {
      "xl/styles.xml": {
        transform: (xml) =>
          xml
            .replace("<cellXfs", '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs')
            .replace(
              "</cellXfs>",
              '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>',
            ),
      },
    },
  },
};
