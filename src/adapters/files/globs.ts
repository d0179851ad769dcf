import fastGlob from "fast-glob";

export interface FoundFile {
  /** Relative to the directory that was searched, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly modifiedMs: number;
}

/** Regular files below a directory that one of the patterns matches; links are not followed. */
export async function findFiles(
  directory: string,
  patterns: readonly string[],
  ignore: readonly string[],
): Promise<FoundFile[]> {
  const entries = await fastGlob([...patterns], {
    cwd: directory,
    ignore: [...ignore],
    dot: true,
    onlyFiles: true,
    followSymbolicLinks: false,
    stats: true,
    suppressErrors: true,
  });
  return entries
    .map(({ path, stats }) => ({ path, absolute: `${directory}/${path}`, modifiedMs: stats?.mtimeMs ?? 0 }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
