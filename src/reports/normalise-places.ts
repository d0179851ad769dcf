import { PLACEHOLDER } from "./normalise-numbers.ts";
import type { Rewrite } from "./rewriting.ts";

/** What is particular to this machine and this run, given as values: normalising asks nobody. */
export interface Places {
  /** The repository's top level; several where links give it several names. */
  readonly repository: readonly string[];
  /** The session's directory. */
  readonly session: readonly string[];
  readonly home: string | null;
  /** Directories for temporary files besides the usual ones. */
  readonly temporary: readonly string[];
  readonly host: string | null;
  readonly user: string | null;
}

/** One name in a path; colons, quotes and brackets end it, because text around paths has them. */
const SEGMENT = `[^\\s/\\\\"'\`<>|:;,()\\[\\]{}?*]`;
const WHOLE_SEGMENT = `${SEGMENT}{1,255}(?!${SEGMENT}|${PLACEHOLDER})`;
const SEPARATOR = "(?:/|\\\\{1,2})";
const END = `(?!${SEGMENT}|${PLACEHOLDER})`;
/** pytest numbers the directories of tests whose names begin with the same 30 letters, in the order in which they run. */
const NUMBERED = `(${SEPARATOR}${SEGMENT}{1,255}?)\\d{1,9}(?=\\.?${END})`;
export const NAME_END = `(?![\\w-]|\\.(?:\\w|${PLACEHOLDER}))`;

/** A path that begins right behind a placeholder was no path before what stands there was replaced. */
const PATH_START = `(?<![\\w.-])(?<!${PLACEHOLDER})`;

function path(pattern: string, to: string, ...needs: readonly string[]): Rewrite {
  return { pattern: new RegExp(PATH_START + pattern, "g"), to, needs };
}

export function literalPaths(paths: readonly string[], to: string): readonly Rewrite[] {
  return spellings(paths).map((spelling) => path(escaped(spelling) + NAME_END, to, spelling));
}

/** Paths as text shows them, longest first; of Windows also with slashes, and with backslashes doubled. */
function spellings(paths: readonly string[]): readonly string[] {
  const trimmed = paths.map((one) => one.replace(/[/\\]+$/, ""));
  // A root names no place, and would be found everywhere.
  const places = trimmed.filter((one) => one !== "" && !/^[A-Za-z]:$/.test(one));
  const all = places.flatMap((one) => [one, one.replaceAll("\\", "/"), one.replaceAll("\\", "\\\\")]);
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

/** Text that a pattern takes literally. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** The directory below the root of temporary files has a random name; what lies in it is kept. */
export function temporaryPaths(places: readonly string[]): readonly Rewrite[] {
  const pytest = `/pytest-of-${SEGMENT}{1,64}/pytest-\\d{1,9}${END}(?:(?!/popen-gw\\d)${NUMBERED})?`;
  const below = `(?:${pytest}|${SEPARATOR}${WHOLE_SEGMENT})`;
  const windows = ["[A-Za-z]:", "Users", `${SEGMENT}{1,64}`, "AppData", "Local", "Temp"].join(SEPARATOR);
  return [
    ...spellings(places).map((root) => path(`${escaped(root)}(?:${below}|${NAME_END})`, "<tmp>$1", root)),
    path(`(?:/private)?(?:/var)?/tmp${below}`, "<tmp>$1", "/tmp/"),
    path(`(?:/private)?/var/folders/[\\w+-]{1,8}/[\\w+-]{1,64}/[TC0]${below}`, "<tmp>$1", "/var/folders/"),
    path(windows + below, "<tmp>$1", "AppData"),
    workerDirectories(),
  ];
}

/** Which of xdist's workers gets a test is chance. */
function workerDirectories(): Rewrite {
  const pattern = `${SEPARATOR}popen-gw\\d{1,4}(?:${NUMBERED}|${END})`;
  return { pattern: new RegExp(pattern, "g"), to: "$1", needs: ["popen-gw"] };
}

export function homePaths(home: string | null): readonly Rewrite[] {
  const windows = ["[A-Za-z]:", "Users", WHOLE_SEGMENT].join(SEPARATOR);
  return [
    ...literalPaths(home === null ? [] : [home], "<home>"),
    path(`/home/${WHOLE_SEGMENT}`, "<home>", "/home/"),
    path(`/Users/${WHOLE_SEGMENT}`, "<home>", "/Users/"),
    path(`/root${NAME_END}`, "<home>", "/root"),
    path(windows, "<home>", "Users"),
  ];
}
