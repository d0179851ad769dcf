/** What some part of every path that a line matches is, begins with or ends in. */
interface Hint {
  readonly kind: "is" | "begins" | "ends";
  readonly text: string;
}

/**
 * Those of the paths that a line of these ignore files might leave out, where the case of letters counts. Git is
 * asked about them, and nobody has to ask about the others: no part of their paths is like what the line names. A
 * line that is not understood might match anything.
 */
export function possiblyIgnored(texts: Iterable<string>, paths: readonly string[]): readonly string[] {
  const lines = [...texts].flatMap((text) => text.split("\n").flatMap(hintsOf));
  if (lines.some((hints) => hints.length === 0)) return paths;
  if (lines.length === 0) return [];
  // One search through all of them is much faster than a look at each.
  const together = [""].concat(paths, "").join("/\n/");
  const open = lines.filter((hints) => hints.every((hint) => isFound(hint, together)));
  if (open.length === 0) return [];
  return paths.filter((path) => open.some((hints) => hints.every((hint) => isFound(hint, inSlashes(path)))));
}

const inSlashes = (path: string) => `/${path}/`;

function isFound({ kind, text }: Hint, paths: string): boolean {
  return paths.includes(`${kind === "ends" ? "" : "/"}${text}${kind === "begins" ? "" : "/"}`);
}

/** Nothing for a line that excludes nothing; one list without hints for a line that might exclude anything. */
function hintsOf(line: string): readonly (readonly Hint[])[] {
  const written = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (written === "" || written.startsWith("#") || written.startsWith("!")) return [];
  // Escapes, classes, spaces at the end, a mark at the beginning of the file: git knows what they mean. So it does
  // of two stars beside something else, which may match a slash all the same.
  if (!/^[\w./*@+,~=:%-]+$/.test(written) || /[^/*]\*\*|\*\*[^/*]/.test(written)) return [[]];
  return [written.split("/").flatMap(hintOf)];
}

/** Of a part with more than one star nothing is said. */
function hintOf(part: string): readonly Hint[] {
  const [before = "", after, ...more] = part.split("*");
  if (part === "" || part === "*" || more.length > 0) return [];
  if (after === undefined) return [{ kind: "is", text: before }];
  return before === "" ? [{ kind: "ends", text: after }] : [{ kind: "begins", text: before }];
}
