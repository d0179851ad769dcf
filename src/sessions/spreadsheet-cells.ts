/** What Excel takes in one cell, in UTF-16 code units. */
const LONGEST_TEXT = 32_767;

/** What XML forbids, and controls. */
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** Excel reads this in a text as one character. */
const LOOKS_ESCAPED = /_(?=x[0-9a-f]{4}_)/gi;

/** Of all texts together: more takes more memory than a report is worth. */
const MOST_TEXT = 24_000_000;

/** What a long text keeps when there is no room for all of them. */
const SHORT_TEXT = 200;

/** Makes texts fit for cells: whole as long as there is room for them all, short from then on. */
export class CellTexts {
  #room: number;
  #shortened = 0;

  constructor(room = MOST_TEXT) {
    this.#room = room;
  }

  /** How many texts were cut shorter than a cell would have held. */
  get shortened(): number {
    return this.#shortened;
  }

  take(text: string): string {
    const whole = cellText(text);
    const isShortened = whole.length > SHORT_TEXT && whole.length > this.#room;
    if (isShortened) this.#shortened += 1;
    const taken = isShortened ? cellText(text, SHORT_TEXT) : whole;
    this.#room -= taken.length;
    return taken;
  }
}

/** A text as a cell shows it: controls are written out, and what is too long is cut off with a mark that says so. */
export function cellText(text: string, longest = LONGEST_TEXT): string {
  const begin = text.length > longest * 2 ? text.slice(0, longest * 2) : text;
  const shown = begin.replaceAll("\r\n", "\n").replace(INVISIBLE, written).replace(LOOKS_ESCAPED, "_x005F_");
  if (shown.length <= longest && begin === text) return shown;
  const mark = ` … [cut: ${text.length} characters]`;
  return `${shown.slice(0, Math.max(longest - mark.length, 0)).replace(/[\ud800-\udbff]$/, "")}${mark}`;
}

function written(mark: string): string {
  const digits = (mark.codePointAt(0) ?? 0).toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}
