import type { Line, Tone } from "./panels.ts";

/** The sixteen colours that every terminal's theme has set, so that they can be read on it. */
const CODES: Readonly<Record<Tone, readonly [string, string]>> = {
  plain: ["", ""],
  strong: ["\u001b[1m", "\u001b[22m"],
  faint: ["\u001b[2m", "\u001b[22m"],
  good: ["\u001b[32m", "\u001b[39m"],
  bad: ["\u001b[31m", "\u001b[39m"],
  doubtful: ["\u001b[33m", "\u001b[39m"],
};

/** A line as a terminal takes it. */
export function painted(line: Line, colour: boolean): string {
  return line
    .map(({ text, tone }) => {
      const [before, after] = colour ? CODES[tone] : CODES.plain;
      return `${before}${text}${after}`;
    })
    .join("");
}
