import { SUBMODULE, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { standingInTree } from "../adapters/git/tree-objects.ts";
import type { PathSet } from "../suite/reached-files.ts";
import type { Reads } from "../suite/reads.ts";
import { foldersAbove } from "./input-proposals.ts";

/** To git a submodule is one entry of the tree: whatever a run read of a file in it, it read of that. */
export async function readsOfSubmodules(repository: Repository, tree: TreeId, reads: Reads): Promise<Reads> {
  const above = new Set([...reads.all].flatMap(foldersAbove));
  const standing = await standingInTree(repository, tree, [...above]);
  const submodules = new Set([...above].filter((path) => standing.get(path)?.startsWith(`${SUBMODULE} `)));
  if (submodules.size === 0) return reads;
  const entryOf = (path: string) => foldersAbove(path).find((one) => submodules.has(one)) ?? path;
  // tests of one file share the same set, and go on to share it
  const known = new Map<PathSet, PathSet>();
  const entriesOf = (paths: PathSet) => {
    const found = known.get(paths) ?? new Set([...paths].map(entryOf));
    known.set(paths, found);
    return found;
  };
  return {
    byTest: new Map([...reads.byTest].map(([id, paths]) => [id, entriesOf(paths)])),
    all: new Set([...reads.all].map(entryOf)),
  };
}
