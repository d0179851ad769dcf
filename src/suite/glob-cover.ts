import { matchesWildcard } from "./wildcard.ts";

/**
 * Whether a pattern plainly matches whatever the other does, today and tomorrow. A no may be wrong, a yes never is,
 * but for one thing: `docs/**` is taken for `docs`, though it does not match a file of just that name.
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (HAS_CLASS.test(wide)) return false;
  const names = knownNames(narrow);
  // how much of `narrow` may be covered by what of `wide` has been gone through
  let reached = [0];
  for (const name of namesOf(wide.replace(EVERYTHING_IN_ONE_PLACE, "$<place>"))) {
    reached = ANY_DEPTH.test(name)
      ? names.map((_, at) => at).filter((at) => at >= (reached[0] ?? names.length))
      : reached.filter((at) => nameCovers(name, names[at] ?? "")).map((at) => at + 1);
    if (reached.length === 0) return false;
  }
  return true;
}

const HAS_CLASS = /[[\]\\]/;
/** Nothing in it but whole classes. One that is not may go on behind a slash, and then what stands there is no name. */
const IS_WHOLE = /^(?:[^[\]\\]|\[[!^]?[^[\]\\!^][^[\]\\]*\])*$/;
const ANY_DEPTH = /^\*\*+$/;

/**
 * Every pattern matches what lies below it as well, so that `src`, `src/*` and `src/**` mean the same. Behind a name
 * with a wildcard they do not: `*.py` are files, and what lies in them is nothing.
 */
const EVERYTHING_IN_ONE_PLACE = /^(?<place>|(?:.*\/)?[^/*?]+)(?:^|\/)(?:\*\*+\/)*\*+$/;

const namesOf = (glob: string) => glob.split("/").filter((name) => name !== "");

/** The names up to the first of which nothing is known. Fewer of them are a pattern that matches more. */
function knownNames(glob: string): readonly string[] {
  const names = namesOf(glob.replace(/(?:(?:^|\/)\*+)+$/, ""));
  const unknown = names.findIndex((name) => !IS_WHOLE.test(name));
  return unknown === -1 ? names : names.slice(0, unknown);
}

function nameCovers(wide: string, narrow: string): boolean {
  if (narrow === "" || ANY_DEPTH.test(narrow)) return false;
  if (wide === "*" || wide === narrow) return true;
  return !wide.includes("?") && !HAS_CLASS.test(narrow) && matchesWildcard(narrow, wide);
}
