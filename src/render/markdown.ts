import { printable } from "./printable.ts";

/** A page with more is no page that somebody reads. */
export const MOST_ROWS = 100;

const LONGEST_NAME = 300;

/** A table of GitHub's Markdown; what is beyond the first rows is counted. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rest = rows.length - MOST_ROWS;
  return [
    row(header),
    row(header.map(() => "---")),
    ...rows.slice(0, MOST_ROWS).map(row),
    ...(rest > 0 ? [`\nand ${rest} more`] : []),
  ].join("\n");
}

/**
 * Text that is shown as it is, on one line, whatever it holds: nothing within a code span is a link, a mention, HTML
 * or an image. A bar would end a table's cell even there.
 */
export function code(text: string): string {
  const whole = text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
  const line = printable(whole.replace(/[\t\n\u2028\u2029]+/g, " ")).replaceAll("|", "\\u007c");
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}
