import { resolve } from "node:path";
import { textGit } from "./history.ts";
import type { Repository, Worktree } from "./repository.ts";

/** A setting of this clone alone (`git config --local`); null where it is not set. */
export async function localSetting(repository: Repository, key: string): Promise<string | null> {
  return (await (await textGit(repository)).getConfig(key, "local")).value;
}

export async function setLocalSetting(repository: Repository, key: string, value: string): Promise<void> {
  await (await textGit(repository)).addConfig(key, value, false, "local");
}

/** Where git looks for hooks in this worktree, `core.hooksPath` honoured. Absolute. */
export async function hooksDirectory(worktree: Worktree): Promise<string> {
  const answer = await (await textGit(worktree)).revparse(["--git-path", "hooks"]);
  return resolve(worktree.topLevel, answer);
}
