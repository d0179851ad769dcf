import { lstatSync, realpathSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";

interface RealPath {
  /** Without symbolic links. */
  readonly real: string;
  /** Of what is there. */
  readonly stats: Stats;
  /** Whether the path itself is a link. */
  readonly isLink: boolean;
}

/**
 * Gives a function that resolves symbolic links, for many files of few folders: each folder is resolved once.
 * It throws where nothing is.
 */
export function realPathFinder(): (path: string) => RealPath {
  const folders = new Map<string, string>();
  const realFolder = (path: string) => {
    const known = folders.get(path) ?? realpathSync.native(path);
    folders.set(path, known);
    return known;
  };
  return (path) => {
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) {
      return { real: join(realFolder(dirname(path)), basename(path)), stats, isLink: false };
    }
    const real = realpathSync.native(path);
    return { real, stats: lstatSync(real), isLink: true };
  };
}
