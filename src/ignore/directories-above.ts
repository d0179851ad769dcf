import { posix } from "node:path";

/** The directories that the paths lie in, the top level first, as "." */
export function directoriesAbove(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap(upwards))].sort();
}

function upwards(path: string): readonly string[] {
  const directory = posix.dirname(path);
  return directory === "." ? ["."] : [...upwards(directory), directory];
}
