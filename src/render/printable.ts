/**
 * Controls that move a cursor, colour a screen or break a line, and marks that nobody sees or that turn the direction
 * of writing. Of all that, what a render itself sets is a line feed or a tab.
 */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What nearly every text is made of, with the marks that renders set: to look for that takes a tenth of the time. */
const ORDINARY = /^[\n\t\x20-\x7e·…✓✗]*$/;

/** Names of files and tests are anyone's: none of them may steer the terminal that they are shown on. */
export function printable(text: string): string {
  return ORDINARY.test(text) ? text : text.replace(UNPRINTABLE, escaped);
}

/** Begins a command to a CI's runner: `::error::` at a line's start, also with a colon of ours; `##[error]` anywhere. */
const COMMAND = /^\s*:|#(?=#\w*\[)/g;

/** A value that stands in a sentence: it cannot begin a line of its own, nor a command. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/[\n\t]/g, escaped)
    .replace(COMMAND, (start) => `${start.slice(0, -1)}${escaped(start.slice(-1))}`);
}

/** A document whose texts are all safe to be put into sentences. Renders begin with it. */
export function singleLined<Document>(document: Document): Document {
  return JSON.parse(
    JSON.stringify(document, (_, value: unknown) => (typeof value === "string" ? oneLine(value) : value)),
  );
}

function escaped(mark: string): string {
  const digits = (mark.codePointAt(0) ?? 0).toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}
