import { matchesInTime } from "../bounded-match.ts";
import { isTame } from "./globs.ts";

/** How the headings of .editorconfig name files, relative to the directory that it lies in. */
export function headingMatcher(glob: string): (path: string) => boolean {
  if (!isTame(glob)) return () => false;
  const ranges: (readonly [number, number])[] = [];
  const anchored = glob.replace(/\[[^\]]*\]/g, "").includes("/");
  const source = sourceOf(anchored ? glob.replace(/^\//, "") : glob, ranges);
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${anchored ? "" : "(?:.*/)?"}${source}$`, "s");
  } catch {
    return () => false;
  }
  return (path) => {
    if (!matchesInTime(glob, path, () => pattern.test(path))) return false;
    const found = ranges.length === 0 ? null : pattern.exec(path);
    return ranges.every(([low, high], index) => isBetween(found?.[index + 1], low, high));
  };
}

function isBetween(digits: string | undefined, low: number, high: number): boolean {
  // a range in an alternative that was not taken
  if (digits === undefined) return true;
  return Number(digits) >= low && Number(digits) <= high;
}

const TOKEN =
  /\\(?<escaped>.)|\/\*\*\/|\*\*|\*|\?|\[(?<not>!?)(?<set>[^\]/]+)\]|\{(?<low>[+-]?\d+)\.\.(?<high>[+-]?\d+)\}|\{(?<single>[^{},]*)\}|[{},]|[\^$.|+()[\]\\]/gs;

function sourceOf(glob: string, ranges: (readonly [number, number])[]): string {
  const balanced = isBalanced(glob);
  // below zero: braces are no more than themselves
  let depth = balanced ? 0 : -1;
  let source = "";
  let at = 0;
  for (const found of glob.matchAll(TOKEN)) {
    const [token] = found;
    if (balanced && token === "{") depth += 1;
    if (balanced && token === "}") depth -= 1;
    source +=
      glob.slice(at, found.index) + (groupSource(found.groups ?? {}, ranges) ?? markSource(token, depth));
    at = found.index + token.length;
  }
  return source + glob.slice(at);
}

/** null where it is a single mark. */
function groupSource(
  { escaped, not, set, low, high, single }: Readonly<Record<string, string | undefined>>,
  ranges: (readonly [number, number])[],
): string | null {
  if (escaped !== undefined) return literally(escaped);
  if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`;
  if (single !== undefined) return `\\{${sourceOf(single, ranges)}\\}`;
  if (low === undefined) return null;
  const [from, to] = [Number(low), Number(high)];
  ranges.push([Math.min(from, to), Math.max(from, to)]);
  return "([+-]?\\d+)";
}

const MARKS: Readonly<Record<string, string>> = {
  "/**/": "(?:/|/.*/)",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};

/** A brace that is closed somewhere opens alternatives; `depth` is how many are open with it. */
function markSource(token: string, depth: number): string {
  const own = MARKS[token];
  if (own !== undefined) return own;
  if (token === "{" && depth > 0) return "(?:";
  if (token === "," && depth > 0) return "|";
  return token === "}" && depth >= 0 ? ")" : literally(token);
}

const literally = (text: string) => text.replace(/[\\^$.|*+?()[\]{}/]/g, "\\$&");

function isBalanced(glob: string): boolean {
  let depth = 0;
  for (const mark of glob.replace(/\\./gs, "")) {
    if (mark === "{") depth += 1;
    if (mark === "}") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** A directory and all below it, as a heading. */
export function headingFor(directory: string): string {
  return `${directory.replace(/[\\*?[\]{},]/g, "\\$&")}/**`;
}
