import { resolve } from "node:path";
import { git } from "./command.ts";
import type { Repository } from "./repository.ts";

/** Where git looks for hooks in this worktree, `core.hooksPath` honoured. Absolute. */
export async function hooksDirectory(repository: Repository): Promise<string> {
  const answer = await git(repository, ["rev-parse", "--git-path", "hooks"]);
  return resolve(repository.directory, answer.toString("utf8").replace(/\n$/, ""));
}
