import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { printable } from "../printable.ts";

const ASCII = /^[\x20-\x7e]*$/;
/** More of a text is never looked at: marks without a width have no end. */
const LONGEST = 2000;
const graphemes = new Intl.Segmenter("en");

/** Anyone's text as one line that moves nothing on the screen. */
export function harmless(text: string): string {
  const cut = text.slice(0, LONGEST);
  if (ASCII.test(cut)) return cut;
  return printable(stripVTControlCharacters(cut).replaceAll(/[\t-\r]+/g, " ")).replaceAll(
    /\p{Cs}/gu,
    "\ufffd",
  );
}

/** The columns that a harmless text takes. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text cut to so many columns, with an ellipsis where something is left out. */
export function fitted(text: string, columns: number, ellipsis: string): string {
  if (columns <= 0) return "";
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  if (room < 0) return "";
  let kept = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > room) break;
    kept += segment;
  }
  return kept + ellipsis;
}
