import { matchesWildcard } from "./wildcard.ts";

/**
 * Whether a pattern plainly matches whatever the other does, today and tomorrow. A no may be wrong, a yes never is,
 * but for one thing: `docs/**` is taken for `docs`, though it does not match a file of just that name.
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  // a class of characters may hold a slash, and then its parts are no names
  if (/[[\]]/.test(wide)) return false;
  const names = namesOf(narrow);
  // how much of `narrow` may be covered by what of `wide` has been gone through
  let reached = [0];
  for (const name of namesOf(wide)) {
    reached = ANY_DEPTH.test(name)
      ? names.map((_, at) => at).filter((at) => at >= (reached[0] ?? names.length))
      : reached.filter((at) => nameCovers(name, names[at] ?? "")).map((at) => at + 1);
    if (reached.length === 0) return false;
  }
  return true;
}

const ANY_DEPTH = /^\*\*+$/;

/** Every pattern matches what lies below it as well, so that `src`, `src/*` and `src/**` mean the same. */
function namesOf(glob: string): readonly string[] {
  return glob
    .replace(/(?:(?:^|\/)\*+)+$/, "")
    .split("/")
    .filter((name) => name !== "");
}

function nameCovers(wide: string, narrow: string): boolean {
  if (narrow === "" || ANY_DEPTH.test(narrow)) return false;
  if (wide === "*" || wide === narrow) return true;
  return !wide.includes("?") && !/[[\]]/.test(narrow) && matchesWildcard(narrow, wide);
}
