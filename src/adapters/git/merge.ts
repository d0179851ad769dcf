import { join } from "node:path";
import { makeDirectory } from "../files/files.ts";
import { listedPath } from "./alternates.ts";
import { GitError, type GitPlace, gitAnswer } from "./command.ts";
import { type CommitId, emptyTree, type TreeId, treeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";
import { gitVersion } from "./version.ts";

/** What a merge of two commits would give, nothing of it written into the repository. */
export interface MergedTree {
  /** With conflict markers in the conflicted files. */
  readonly tree: TreeId;
  readonly conflicts: readonly string[];
  /** The repository, with the objects of the merge in sight. */
  readonly repository: Repository;
}

const USAGE = 129;

/** null where this git cannot do it: `merge-tree --write-tree` came with 2.38. New objects go to `scratch`. */
export async function mergeCommits(
  repository: Repository,
  into: CommitId,
  from: CommitId,
  scratch: string,
): Promise<MergedTree | null> {
  const objects = join(scratch, "objects");
  const empty = join(scratch, "empty");
  await Promise.all([makeDirectory(objects), makeDirectory(empty)]);
  const environment = { ...repository.environment, ...objectsBeside(repository, objects) };
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", into, from];
  const place = { directory: empty, environment: { ...environment, ...attributeless(repository, empty) } };
  const answer = await gitAnswer(place, args, { accept: [1, USAGE] });
  if (answer.code === USAGE && (await cannotMerge(repository))) return null;
  const [tree, ...conflicts] = splitNul(answer.stdout);
  if (answer.code === USAGE || tree === undefined) {
    throw new GitError(args, `failed with exit code ${answer.code}`, answer.stderr);
  }
  return {
    tree: treeId(tree.toString("latin1")),
    conflicts: conflicts.map(pathText),
    repository: { ...repository, environment },
  };
}

async function cannotMerge(place: GitPlace): Promise<boolean> {
  const { major, minor } = await gitVersion(place);
  return major < 2 || (major === 2 && minor < 38);
}

function objectsBeside({ environment, commonDirectory }: Repository, objects: string) {
  const own = listedPath(environment.GIT_OBJECT_DIRECTORY ?? join(commonDirectory, "objects"));
  const others = environment.GIT_ALTERNATE_OBJECT_DIRECTORIES;
  return {
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: others === undefined ? own : `${own}:${others}`,
  };
}

/**
 * merge-tree asks the working tree, or the index, or HEAD for .gitattributes: what somebody has committed there
 * must not say what conflicts. It is shown an empty one of each.
 */
function attributeless({ environment, gitDirectory, objectFormat }: Repository, empty: string) {
  const settings = Number(environment.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    GIT_DIR: gitDirectory,
    GIT_WORK_TREE: empty,
    GIT_INDEX_FILE: join(empty, "no-index"),
    GIT_ATTR_SOURCE: emptyTree(objectFormat),
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: String(settings + 1),
    [`GIT_CONFIG_KEY_${settings}`]: "core.attributesFile",
    [`GIT_CONFIG_VALUE_${settings}`]: "/dev/null",
  };
}
