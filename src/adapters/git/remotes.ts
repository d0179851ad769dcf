import { gitAnswer } from "./command.ts";
import type { Repository } from "./repository.ts";
import { listReferences } from "./store.ts";

/** Where this clone fetches from, by every remote; without one it is empty. */
export async function remoteUrls(repository: Repository): Promise<string[]> {
  const { stdout } = await gitAnswer(
    repository,
    ["config", "--null", "--get-regexp", "^remote\\..*\\.url$"],
    { accept: [1] },
  );
  const entries = stdout.toString("utf8").split("\0");
  return entries.flatMap((entry) => {
    const cut = entry.indexOf("\n");
    return cut === -1 ? [] : [entry.slice(cut + 1)];
  });
}

/**
 * What origin calls its default branch. A clone that was not cloned does not know it: then it is main or master, if
 * origin has one, or else the branch that is checked out.
 */
export async function defaultBranch(repository: Repository): Promise<string | null> {
  const ofOrigin = await symbolicRef(repository, "refs/remotes/origin/HEAD");
  if (ofOrigin !== null) return ofOrigin.replace(/^origin\//, "");
  for (const branch of ["main", "master"]) {
    const [found] = await listReferences(repository, `refs/remotes/origin/${branch}`);
    if (found !== undefined) return branch;
  }
  return currentBranch(repository);
}

/** null where no branch is checked out. */
export function currentBranch(repository: Repository): Promise<string | null> {
  return symbolicRef(repository, "HEAD");
}

async function symbolicRef(repository: Repository, name: string): Promise<string | null> {
  const answer = await gitAnswer(repository, ["symbolic-ref", "--quiet", "--short", name], {
    accept: [1, 128],
  });
  return answer.code === 0 ? answer.stdout.toString("utf8").trim() : null;
}
