/** Of every line of a summary. */
const COLUMNS = 80;
const RULE = "=".repeat(COLUMNS);

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Sections under each other, none of their lines longer than 80 columns. Those without a line are left out. */
export function summaryPage(sections: readonly Section[]): string {
  return sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => `${[RULE, title, RULE, ...lines.map(fitted)].join("\n")}\n`)
    .join("\n");
}

/**
 * One line of at most 80 columns, without anything that would steer what shows it. Whatever is not ASCII counts two
 * columns, as a Chinese character takes: so no terminal breaks it.
 */
function fitted(line: string): string {
  const plain = line
    .slice(0, 4 * COLUMNS)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu, " ")
    .trimEnd();
  if (widthOf(plain) <= COLUMNS) return plain;
  let kept = "";
  let width = ELLIPSIS.length;
  for (const character of plain) {
    width += widthOf(character);
    if (width > COLUMNS) break;
    kept += character;
  }
  return `${kept}${ELLIPSIS}`;
}

const ELLIPSIS = "...";

function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text)
    ? text.length
    : [...text].reduce((width, one) => width + (one >= "\x20" && one <= "\x7e" ? 1 : 2), 0);
}

/** Of something that takes several lines, as much as there is room for; the first ones count most. */
export function withinBudget(blocks: readonly (readonly string[])[], bytes: number): number {
  let used = 0;
  const index = blocks.findIndex((block) => {
    used += Buffer.byteLength(block.map(fitted).join("\n")) + 1;
    return used > bytes;
  });
  return index < 0 ? blocks.length : index;
}
