import { type GitPlace, git, gitAnswer } from "./command.ts";
import type { TreeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** Names of a tree below some directories as git lists them. They are many, and nobody reads them but git. */
export interface ListedNames {
  /** Latin-1: one character is one byte. Each name ends in NUL. */
  readonly text: string;
}

export async function namesBelow(
  repository: Repository,
  tree: TreeId,
  directories: readonly string[],
): Promise<ListedNames> {
  const below = directories.map((path) => `${path}/`);
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree, ...below];
  return { text: (await git(repository, args)).toString("latin1") };
}

/** Whether any of the names is that of a file in one of the directories. */
export function mentions({ text }: ListedNames, name: string): boolean {
  return text.includes(`/${name}\0`);
}

/** Those of the names, and of some paths more, that the ignore files of a place would leave out. */
export async function ignoredNames(
  rules: GitPlace,
  { text }: ListedNames,
  more: readonly string[],
): Promise<readonly string[]> {
  const others = Buffer.from(more.map((path) => `${path}\0`).join(""), "utf8").toString("latin1");
  const all = `${text}${others}`;
  if (all === "") return [];
  const answer = await gitAnswer(rules, ["check-ignore", "--no-index", "-z", "--stdin"], {
    // "./" keeps a leading ":" from being read as pathspec magic
    input: Buffer.from(`./${all.slice(0, -1).replaceAll("\0", "\0./")}\0`, "latin1"),
    accept: [1],
    // Otherwise git writes each answer by itself.
    environment: { GIT_FLUSH: "0" },
  });
  return splitNul(answer.stdout).map((path) => pathText(path.subarray("./".length)));
}
