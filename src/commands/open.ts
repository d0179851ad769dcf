import { realPathIfThere } from "../adapters/files/real-path.ts";
import {
  hasWorktree,
  openRepository,
  plainWorktree,
  type Repository,
  type Worktree,
} from "../adapters/git/repository.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import type { Context } from "./context.ts";

export async function openHere(context: Context): Promise<Result<Repository, Problem>> {
  const plain = await openPlainly(context);
  if (plain !== null) return ok(plain);
  const opened = await openRepository(context.directory, context.environment);
  if (opened.ok) return opened;
  const foreign = /dubious ownership in repository at '(.+)'/.exec(opened.error)?.[1];
  if (foreign !== undefined) {
    const message = `git refuses the repository ${foreign}: it belongs to somebody else.`;
    const hint = `If you trust it:  git config --global --add safe.directory ${shellWord(foreign)}`;
    return err(problem("not-a-repository", message, { hint }));
  }
  return err(
    problem("not-a-repository", `${context.directory} is not in a git repository.`, {
      hint: "Go to a repository, or name one:  gate -C <directory> …",
    }),
  );
}

/** Most repositories need not be looked for with git's help; null where this one does. */
async function openPlainly({ directory, environment }: Context): Promise<Worktree | null> {
  const place = await realPathIfThere(directory);
  return place === null ? null : plainWorktree(place, environment);
}

export async function openWorktree(context: Context): Promise<Result<Worktree, Problem>> {
  const opened = await openHere(context);
  if (!opened.ok) return opened;
  if (hasWorktree(opened.value)) return ok(opened.value);
  return err(
    problem("not-a-repository", "this is a bare repository; there is nothing to run or attach here.", {
      hint: "Judge a commit instead:  gate status --rev <revision>",
    }),
  );
}
