import micromatch from "micromatch";
import { matchesInTime } from "../bounded-match.ts";

type Matcher = (path: string) => boolean;

const known = new Map<string, Matcher>();

/** Matches paths as shells and most tools of JavaScript do; `*` also means what begins with a dot. */
export function globMatcher(glob: string): Matcher {
  const matcher = known.get(glob) ?? compile(glob);
  known.set(glob, matcher);
  return matcher;
}

function compile(glob: string): Matcher {
  if (!isTame(glob)) return () => false;
  try {
    const pattern = micromatch.makeRe(glob, { dot: true, noextglob: true });
    return (path) => path === glob || matchesInTime(glob, path, () => pattern.test(path));
  } catch {
    // longer than the library takes
    return () => false;
  }
}

/** A pattern of a stranger's may take for ever on a path: those that nobody writes in earnest match nothing. */
export function isTame(glob: string): boolean {
  const stars = (text: string) => text.match(/\*+/g)?.length ?? 0;
  return glob.length <= 1000 && glob.split("/").every((part) => stars(part) <= 4) && stars(glob) <= 12;
}

/** `*.{json,md}` as `*.json` and `*.md`, for those who know no braces. */
export function spelledOut(glob: string): readonly string[] {
  // one list of braces in another, or many behind each other, come to more than there are files
  const few = (glob.match(/\{/g)?.length ?? 0) <= (glob.includes("..") ? 1 : 3);
  return few && isTame(glob) && glob.length < 200 ? micromatch.braces(glob, { expand: true }) : [glob];
}

/** No tool reads another meaning into it than a plain path. */
export function isPlainPath(path: string): boolean {
  return /^[\p{L}\p{N}_./ -]+$/u.test(path) && !/^[ -]|[ ]$/.test(path);
}
