import { git } from "./command.ts";
import type { TreeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";
import type { TreeEntry } from "./trees.ts";

/** The files that lie in directories of a tree themselves ("." is the top level), and not those further below. */
export async function filesIn(
  repository: Repository,
  tree: TreeId,
  directories: readonly string[],
): Promise<readonly TreeEntry[]> {
  const below = directories.filter((path) => path !== ".").map((path) => `${path}/`);
  const [top, others] = await Promise.all([
    directories.includes(".") ? entries(repository, tree, []) : [],
    below.length === 0 ? [] : entries(repository, tree, below),
  ]);
  return [...top, ...others].filter(({ mode }) => mode !== "040000");
}

async function entries(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<readonly TreeEntry[]> {
  const output = await git(repository, ["ls-tree", "-z", "--full-tree", tree, ...paths]);
  return splitNul(output).map((line) => {
    // "<mode> <type> <id>TAB<path>"
    const tab = line.indexOf(0x09);
    const [mode = "", , id = ""] = line.toString("latin1", 0, tab).split(" ");
    return { mode, id, path: pathText(line.subarray(tab + 1)) };
  });
}
