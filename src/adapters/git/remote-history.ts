import { gitAnswer } from "./command.ts";
import { type CommitId, commitId } from "./ids.ts";
import type { Repository } from "./repository.ts";

/** A remote with thousands of branches has its newest looked at. */
const MOST_BRANCHES = 200;

/** git's answer where a reference leads to what is not here. */
const WITHOUT_ALL_OBJECTS = [128];

/**
 * What the remotes have, as far as it was fetched, of the history that leads to a commit: the commit itself, or
 * the last before it that is also theirs; null where nothing is.
 */
export async function newestAtRemotes(repository: Repository, tip: CommitId): Promise<CommitId | null> {
  const holding = await branchesOfRemotes(repository, [`--contains=${tip}`, "--count=1"]);
  return holding.length > 0 ? tip : bestOf(repository, tip, await branchesOfRemotes(repository, []));
}

/**
 * The same of a branch that a remote has already, and has there `before`: what other branches have of the commit
 * itself does not count, for this one gets it now.
 */
export async function newestBefore(
  repository: Repository,
  tip: CommitId,
  before: CommitId,
): Promise<CommitId | null> {
  const others = await branchesOfRemotes(repository, [`--no-contains=${tip}`]);
  return bestOf(repository, tip, [before, ...others]);
}

/** Whether no branch of any remote was ever fetched or pushed. */
export async function remotesHaveNothing(repository: Repository): Promise<boolean> {
  return (await branchesOfRemotes(repository, ["--count=1"])).length === 0;
}

async function branchesOfRemotes(repository: Repository, which: readonly string[]): Promise<string[]> {
  const newest = ["--sort=-committerdate", `--count=${MOST_BRANCHES}`, "--format=%(objectname)"];
  const args = ["for-each-ref", ...newest, ...which, "refs/remotes"];
  const answer = await gitAnswer(repository, args, { accept: WITHOUT_ALL_OBJECTS });
  return answer.stdout
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "");
}

async function bestOf(
  repository: Repository,
  tip: CommitId,
  others: readonly string[],
): Promise<CommitId | null> {
  if (others.length === 0) return null;
  const answer = await gitAnswer(repository, ["merge-base", tip, ...others], {
    accept: [1, ...WITHOUT_ALL_OBJECTS],
  });
  return answer.code === 0 ? commitId(answer.stdout.toString("latin1").trim().split("\n")[0] ?? "") : null;
}
