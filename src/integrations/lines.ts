/** The line ends a text uses; a file of the user's keeps its own. */
export function lineEndOf(text: string): "\r\n" | "\n" {
  const all = text.split("\n").length - 1;
  const withReturn = text.split("\r\n").length - 1;
  return withReturn * 2 > all ? "\r\n" : "\n";
}

/** Adds lines at the end of a text, in its own style; a final line that was not ended is ended first. */
export function withLinesAtEnd(text: string, lines: readonly string[], lineEnd = lineEndOf(text)): string {
  const ended = text === "" || text.endsWith("\n") ? text : `${text}${lineEnd}`;
  return `${ended}${lines.map((line) => `${line}${lineEnd}`).join("")}`;
}

/** The lines of a text without their ends. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
