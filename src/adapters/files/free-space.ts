import { statfsSync } from "node:fs";

/** How many bytes there is room for where a directory is; null where the file system does not tell. */
export function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}
