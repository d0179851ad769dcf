import { join } from "node:path";
import { gitAnswer } from "./command.ts";
import { type CommitId, type TreeId, treeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** What a merge of two commits would give, nothing of it written into the repository. */
export interface MergedTree {
  /** With conflict markers in the conflicted files. */
  readonly tree: TreeId;
  readonly conflicts: readonly string[];
  /** The repository, with the objects of the merge in sight. */
  readonly repository: Repository;
}

/** null where this git cannot say: `merge-tree --write-tree` came with 2.38. New objects go to `scratch`. */
export async function mergeCommits(
  repository: Repository,
  into: CommitId,
  from: CommitId,
  scratch: string,
): Promise<MergedTree | null> {
  const own = repository.environment.GIT_OBJECT_DIRECTORY ?? join(repository.commonDirectory, "objects");
  const others = repository.environment.GIT_ALTERNATE_OBJECT_DIRECTORIES;
  const environment = {
    ...repository.environment,
    GIT_OBJECT_DIRECTORY: scratch,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: others === undefined ? own : `${own}:${others}`,
  };
  const beside = { ...repository, environment };
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", into, from];
  const answer = await gitAnswer(beside, args, { accept: [1, 128, 129] });
  if (answer.code > 1) return null;
  const [tree, ...conflicts] = splitNul(answer.stdout);
  if (tree === undefined) return null;
  return {
    tree: treeId(tree.toString("latin1")),
    conflicts: conflicts.map(pathText),
    repository: beside,
  };
}
