import type { Repository } from "../adapters/git/repository.ts";
import { filesIn } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import { oncePerTree } from "../fingerprint/once.ts";
import { directoriesAbove } from "../ignore/directories-above.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { reportsDirectories } from "../judgement/judge.ts";

/** The files in the directories above the reports of a tree: what is set there holds for the reports. */
export const filesAboveReports = oncePerTree(
  async (repository: Repository, tree): Promise<readonly TreeEntry[]> => {
    const configured = await configurationOf(repository, tree);
    if (!configured.ok || configured.value === null) return [];
    return filesIn(repository, tree, directoriesAbove(reportsDirectories(configured.value)));
  },
);
