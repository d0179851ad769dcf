import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Of all files below a directory, links not followed; what vanishes meanwhile counts nothing. */
export function bytesBelow(directory: string): number {
  return entriesOf(directory).reduce((sum, entry) => {
    const path = join(directory, entry.name);
    return sum + (entry.isDirectory() ? bytesBelow(path) : bytesOf(path));
  }, 0);
}

/** What lies in a directory, by name: files with their sizes, and directories. */
export function contentsOf(directory: string): {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly directories: readonly string[];
} {
  const entries = entriesOf(directory).sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    files: entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => ({ name, bytes: bytesOf(join(directory, name)) })),
    directories: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  };
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function bytesOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
