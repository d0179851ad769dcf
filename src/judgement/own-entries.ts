import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import { oncePerTree } from "../fingerprint/once.ts";
import { CONFIGURATION_PATH, EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";

/** What a tree has at a path of gate's own, which may be a directory: asked once for all of them. */
export async function ownEntries(
  repository: Repository,
  tree: TreeId,
  path: string,
): Promise<readonly TreeEntry[]> {
  const entries = await allOwnEntries(repository, tree);
  return entries.filter((entry) => isAtOrBelow(entry.path, path));
}

/** Names with bytes that no text can hold come in quotes. */
export function isAtOrBelow(path: string, directory: string): boolean {
  return path === directory || path.replace(/^"/, "").startsWith(`${directory}/`);
}

const allOwnEntries = oncePerTree((repository: Repository, tree: TreeId) =>
  entriesAt(repository, tree, [CONFIGURATION_PATH, EXCEPTIONS_DIRECTORY]),
);
