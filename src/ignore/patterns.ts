/** Any byte that is no plain ASCII character. */
const ODD = "[! -~]";

/**
 * A path as a pattern that matches it and nothing else. No line of an ignore file can hold a line end, and none that
 * is shown can hold bytes that are not UTF-8: there it also matches other names that are as odd.
 */
export function literalPattern(path: string): string {
  const text = isText(path);
  const pattern = path.replace(/[\x00-\x1f\x7f-\xff\\*?[]/g, (character) => {
    if (/[\\*?[]/.test(character)) return `\\${character}`;
    return character > "\x7f" && text ? character : ODD;
  });
  return pattern.replace(/ $/, "\\ ");
}

/** Whether bytes as Latin-1 text are UTF-8. */
function isText(bytes: string): boolean {
  if (/^[\x00-\x7f]*$/.test(bytes)) return true;
  const raw = Buffer.from(bytes, "latin1");
  return Buffer.from(raw.toString("utf8"), "utf8").equals(raw);
}

/** A pattern that holds where it is written and not at every depth; `path` has no slash at its end. */
export function anchoredPattern(path: string): string {
  const pattern = literalPattern(path);
  return /^[!#\s]|^[^/]*$/.test(pattern) ? `/${pattern}` : pattern;
}

/** The same line as a negation: it matches what it matched, and excludes nothing any more. */
export function asNegation(line: string): string {
  return line === "" || line.startsWith("!") || line.startsWith("#") ? line : `!${line}`;
}

/** The same pattern from a file further up; null where the line is none. */
export function fromAbove(line: string, directory: string): string | null {
  const written = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (directory === "") return written;
  if (written === "" || written.startsWith("#")) return null;
  const negated = written.startsWith("!");
  const body = negated ? written.slice(1) : written;
  const isAnchored = /\/(?!\s*$)/.test(body);
  const inner = body.startsWith("/") ? body.slice(1) : body;
  return `${negated ? "!" : ""}/${literalPattern(directory)}/${isAnchored ? "" : "**/"}${inner}`;
}
