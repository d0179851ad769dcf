import { isAbsolute, join, relative, sep } from "node:path";
import { realPathIfThere } from "../files/real-path.ts";
import { gitAnswer } from "./command.ts";
import type { Repository } from "./repository.ts";

/** A setting of the person who runs gate. */
export interface OwnSetting {
  readonly value: string;
  /** As git has it: `global`, `local`. */
  readonly scope: string;
  /** It is the person's own on this machine, not of this clone alone. */
  readonly personal: boolean;
}

/**
 * A path-like setting of git's, `~/` expanded. null where it is not set, or comes from a file of the working tree
 * (`include.path = ../.gitconfig`): that is what somebody has committed, not what this person has decided.
 */
export async function ownSetting(repository: Repository, key: string): Promise<OwnSetting | null> {
  const args = ["config", "--null", "--show-scope", "--show-origin", "--type=path", "--get", key];
  const answer = await gitAnswer(repository, args, { accept: [1] });
  if (answer.code !== 0) return null;
  const [scope, origin, value] = answer.stdout.toString("utf8").split("\0");
  if (scope === undefined || origin === undefined || value === undefined || value === "") return null;
  const file = origin.startsWith("file:") ? origin.slice("file:".length) : null;
  if (file !== null && (await liesInWorktree(repository, file))) return null;
  return { value, scope, personal: ["system", "global", "command"].includes(scope) };
}

/** Whether a file, its links followed, is one that a checkout can write. The git directory is not. */
export async function liesInWorktree(repository: Repository, path: string): Promise<boolean> {
  if (repository.topLevel === null) return false;
  const [file, top, own, common] = await Promise.all(
    [
      absolutePath(repository, path),
      repository.topLevel,
      repository.gitDirectory,
      repository.commonDirectory,
    ].map(async (one) => (await realPathIfThere(one)) ?? one),
  );
  const below = (directory: string | undefined) => {
    if (file === undefined || directory === undefined) return false;
    const way = relative(directory, file);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  return below(top) && !below(own) && !below(common);
}

/** A relative path of a setting counts from where git works. */
export function absolutePath(repository: Repository, path: string): string {
  return isAbsolute(path) ? path : join(repository.directory, path);
}
