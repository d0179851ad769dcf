import { GitError, gitAnswer } from "./command.ts";
import { splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** The line that decides about a path: `file` as git names it, relative to the top level where it is below it. */
export interface IgnoreRule {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly pattern: string;
}

export interface IgnoreAnswer {
  readonly path: string;
  /** The last rule that matches, negations included; null where none does. */
  readonly rule: IgnoreRule | null;
  /** Whether git would leave the path out if it were not tracked. */
  readonly ignored: boolean;
}

interface WhichRules {
  /** Another directory to read the `.gitignore` files from; the repository's own settings hold all the same. */
  readonly worktree?: string;
}

/**
 * What git itself says of each path, tracked or not, there or not, in the order asked. Paths are relative
 * to the top level. Throws GitError for a path below a symbolic link or in a submodule.
 */
export async function explainIgnored(
  repository: Repository,
  paths: readonly string[],
  { worktree }: WhichRules = {},
): Promise<readonly IgnoreAnswer[]> {
  if (paths.length === 0) return [];
  const args = ["check-ignore", "--verbose", "--non-matching", "--no-index", "-z", "--stdin"];
  const elsewhere = worktree === undefined ? {} : inWorktree(repository, worktree);
  const place = worktree === undefined ? repository : { ...repository, directory: worktree };
  const answer = await gitAnswer(place, args, {
    // "./" keeps a leading ":" from being read as pathspec magic
    input: paths.map((path) => `./${path}\0`).join(""),
    accept: [1],
    ...elsewhere,
  });
  const fields = splitNul(answer.stdout).map((field) => field.toString("utf8"));
  if (fields.length !== paths.length * 4) throw new GitError(args, "left paths unanswered", answer.stderr);
  return paths.map((path, index) => {
    const [file = "", line = "", pattern = ""] = fields.slice(index * 4, index * 4 + 3);
    const rule = file === "" ? null : { file, line: Number(line), pattern };
    return { path, rule, ignored: rule !== null && !pattern.startsWith("!") };
  });
}

/** Those of many paths that git would leave out if they were not tracked: a question with a short answer. */
export async function ignoredAmong(
  repository: Repository,
  paths: readonly string[],
): Promise<readonly string[]> {
  const input = paths.map((path) => `./${path}\0`).join("");
  const args = ["check-ignore", "--no-index", "-z", "--stdin"];
  // Otherwise git writes each answer by itself.
  const environment = { GIT_FLUSH: "0" };
  const answer = await gitAnswer(repository, args, { input, environment, accept: [1] });
  return splitNul(answer.stdout).map((path) => path.toString("utf8").slice("./".length));
}

function inWorktree(repository: Repository, worktree: string) {
  return { environment: { GIT_DIR: repository.gitDirectory, GIT_WORK_TREE: worktree } };
}
