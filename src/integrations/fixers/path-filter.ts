import { matchedInTime } from "./bounded-match.ts";
import { pythonPattern } from "./python-pattern.ts";

/**
 * Whether a Python pattern is found in each of the paths; null where that cannot be said, because JavaScript has no
 * such pattern or because it takes too long.
 */
export function foundIn(source: string, paths: readonly string[]): readonly (boolean | null)[] {
  const read = pythonPattern(source);
  if (!read.ok) return paths.map(() => null);
  const { alternatives, partial } = read.value;
  const matched = matchedInTime(alternatives, paths);
  return paths.map((_path, index) => (matched === null ? null : matched[index] || (partial ? null : false)));
}

/** `files` and `exclude` of the pre-commit framework; where nothing can be said, a path is taken to pass. */
export function passing(
  paths: readonly string[],
  { files, exclude }: { readonly files: string; readonly exclude: string },
): readonly string[] {
  const included = files === "" ? [] : foundIn(files, paths);
  const excluded = exclude === "^$" ? [] : foundIn(exclude, paths);
  return paths.filter((_path, index) => included[index] !== false && excluded[index] !== true);
}
