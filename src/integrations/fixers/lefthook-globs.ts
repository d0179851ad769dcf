import micromatch from "micromatch";
import { matchedInTime } from "./bounded-match.ts";

/** `glob_matcher: doublestar`; without it `*` also means slashes. */
export type GlobMatcher = "gobwas" | "doublestar";

/**
 * Which of the paths a glob of lefthook's means; `glob` does not look at cases, `exclude` does. null where that takes
 * too long.
 */
export function lefthookMatches(
  globs: readonly string[],
  paths: readonly string[],
  { matcher, cases }: { readonly matcher: GlobMatcher; readonly cases: boolean },
): readonly boolean[] | null {
  const patterns = globs.flatMap((glob) => patternOf(glob, matcher, cases ? "" : "i"));
  return matchedInTime(patterns, paths);
}

function patternOf(glob: string, matcher: GlobMatcher, flags: string): readonly RegExp[] {
  try {
    const source =
      matcher === "doublestar"
        ? micromatch.makeRe(glob, { dot: true, nonegate: true, noext: true }).source
        : gobwas(glob);
    return [new RegExp(source, flags)];
  } catch {
    return [];
  }
}

const PIECES = /\[(!?)((?:\\.|[^\]\\])+)\]|\\([\s\S])|[\s\S]/g;

/** A glob of gobwas: no character is a separator to it. */
function gobwas(glob: string): string {
  let depth = 0;
  const pattern = glob.replace(PIECES, (...found: readonly string[]) => {
    const [piece = "", not, range, escaped] = found;
    if (range !== undefined) return `[${not === "" ? "" : "^"}${range.replace(/[[^]/g, "\\$&")}]`;
    if (escaped !== undefined) return literal(escaped);
    if (piece === "{") depth += 1;
    const brace = depth > 0 ? BRACES[piece] : undefined;
    if (piece === "}") depth = Math.max(0, depth - 1);
    return brace ?? WILD[piece] ?? literal(piece);
  });
  return `^${pattern}$`;
}

const BRACES: Readonly<Record<string, string>> = { "{": "(?:", ",": "|", "}": ")" };

const WILD: Readonly<Record<string, string>> = { "*": "[\\s\\S]*", "?": "[\\s\\S]" };

const literal = (mark: string) => mark.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
