import { convertDateToSerialNumber } from "write-excel-file/utility";
import type { ReportColumn, ReportRow, ReportValue } from "./spreadsheet-sheets.ts";

/** Numbers of the workbook's styles. */
export interface CellStyles {
  readonly seconds: string;
  readonly time: string;
  readonly note: string;
}

/** The `<row>` elements below a sheet's header. The library needs ten times as long for them, and its memory. */
export function rowsXml(
  rows: readonly ReportRow[],
  columns: readonly ReportColumn[],
  note: string | null,
  styles: CellStyles,
): string {
  const letters = columns.map((_, index) => columnLetters(index + 1));
  const ofRow = (row: ReportRow, index: number) => {
    const number = index + 2;
    const cells = row.map((value, at) => cellXml(value, `${letters[at]}${number}`, columns[at], styles));
    return `<row r="${number}">${cells.join("")}</row>`;
  };
  const last = rows.length + 2;
  const noted =
    note === null ? "" : `<row r="${last}">${textXml(note, `A${last}`, ` s="${styles.note}"`)}</row>`;
  return `${rows.map(ofRow).join("")}${noted}`;
}

function cellXml(
  value: ReportValue,
  place: string,
  column: ReportColumn | undefined,
  { seconds, time }: CellStyles,
): string {
  if (value === null) return "";
  if (value instanceof Date)
    return `<c r="${place}" s="${time}"><v>${convertDateToSerialNumber(value)}</v></c>`;
  if (typeof value === "string") return textXml(value, place, "");
  if (!Number.isFinite(value)) return textXml(String(value), place, "");
  const style = column?.form === "seconds" ? ` s="${seconds}"` : "";
  return `<c r="${place}"${style}><v>${value}</v></c>`;
}

/** The type is always said: a text that begins with `=` or looks like a number stays a text. */
function textXml(text: string, place: string, style: string): string {
  if (text === "") return "";
  const space = /^\s|\s$|\n/.test(text) ? ' xml:space="preserve"' : "";
  return `<c r="${place}"${style} t="inlineStr"><is><t${space}>${escaped(text)}</t></is></c>`;
}

function escaped(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** 1 is A, 27 is AA. */
export function columnLetters(column: number): string {
  const rest = Math.floor((column - 1) / 26);
  return `${rest > 0 ? columnLetters(rest) : ""}${String.fromCharCode(65 + ((column - 1) % 26))}`;
}
