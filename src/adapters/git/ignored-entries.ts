import { type GitPlace, git, gitAnswer } from "./command.ts";
import type { TreeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/**
 * The entries of a tree below a directory that would be left out by the ignore files of another place. What git
 * lists goes to git again as it is: ten thousand paths cost gate nothing unless some are ignored.
 */
export async function ignoredEntries(
  repository: Repository,
  tree: TreeId,
  directory: string,
  rules: GitPlace,
): Promise<readonly string[]> {
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree, `${directory}/`];
  const listed = (await git(repository, args)).toString("latin1");
  if (listed === "") return [];
  // "./" keeps a leading ":" from being read as pathspec magic
  const input = Buffer.from(`./${listed.slice(0, -1).replaceAll("\0", "\0./")}\0`, "latin1");
  const answer = await gitAnswer(rules, ["check-ignore", "--no-index", "-z", "--stdin"], {
    input,
    accept: [1],
    // Otherwise git writes each answer by itself.
    environment: { GIT_FLUSH: "0" },
  });
  return splitNul(answer.stdout).map((path) => pathText(path.subarray("./".length)));
}
