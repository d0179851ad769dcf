import { basename, join } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { Repository } from "../adapters/git/repository.ts";

/**
 * The index files that a change has to reach. For `git commit -- path` git makes the commit from a
 * temporary index and has the next real one ready as `index.lock`; a change in the first alone would leave
 * the old reports staged in the second, and the next commit would revert them. An index of the user's own
 * has its lock elsewhere: post-commit settles that one.
 */
export async function indexesToUpdate(repository: Repository): Promise<string[]> {
  const current = repository.indexFile;
  if (!isPartialCommit(repository)) return [current];
  const next = join(repository.gitDirectory, "index.lock");
  return (await kindOf(next)) === "file" ? [current, next] : [current];
}

/** `git commit -a`, `-p` and `-- path` stage into an index that is gone again where the commit is refused. */
export function isIndexOfCommit(repository: Repository): boolean {
  return repository.indexFile === join(repository.gitDirectory, "index.lock") || isPartialCommit(repository);
}

function isPartialCommit(repository: Repository): boolean {
  return /^next-index-\d+\.lock$/.test(basename(repository.indexFile));
}
