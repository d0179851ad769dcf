import { GitError, gitAnswer } from "./command.ts";
import { splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** `set`, `unset`, `unspecified`, or the value it is given. */
export type Attributes = ReadonlyMap<string, string>;

interface WhichAttributes {
  /** Another directory to read the `.gitattributes` files from. */
  readonly worktree?: string;
}

/** What git says of each path, there or not: the value of each named attribute. */
export async function attributesOf(
  repository: Repository,
  paths: readonly string[],
  names: readonly string[],
  { worktree }: WhichAttributes = {},
): Promise<readonly Attributes[]> {
  const args = ["check-attr", "--stdin", "-z", ...names];
  const input = paths.map((path) => `${path}\0`).join("");
  const elsewhere =
    worktree === undefined
      ? { input }
      : { input, environment: { GIT_DIR: repository.gitDirectory, GIT_WORK_TREE: worktree } };
  const place = worktree === undefined ? repository : { ...repository, directory: worktree };
  const answer = await gitAnswer(place, args, elsewhere);
  const fields = splitNul(answer.stdout).map((field) => field.toString("utf8"));
  if (fields.length !== paths.length * names.length * 3) {
    throw new GitError(args, "left attributes out", answer.stderr);
  }
  return paths.map((_path, which) => {
    const start = which * names.length;
    return new Map(names.map((name, index) => [name, fields[(start + index) * 3 + 2] ?? "unspecified"]));
  });
}
