import { git } from "./command.ts";
import { SUBMODULE } from "./ids.ts";
import { type IndexEntry, parseIndexLine } from "./index.ts";
import { latin1Lines, pathTextOfLatin1 } from "./paths.ts";
import type { Repository } from "./repository.ts";
import { LOOKING, markDifference, type WorktreeDifference } from "./worktree.ts";

export interface WorktreeState {
  readonly staged: readonly IndexEntry[];
  /** An entry may differ in more than one way. Untracked is what a rule hides, too. */
  readonly differences: readonly WorktreeDifference[];
}

/**
 * What is staged and in which ways the files on disk are not that, where the pathspecs match. Contents count, not
 * times. One process of git, where all that can be between a tree and its sources takes three. A directory in place of
 * a file counts as a change of it; what lies in there is untracked.
 */
export async function worktreeState(
  repository: Repository,
  pathspecs: readonly string[],
): Promise<WorktreeState> {
  const which = ["--cached", "--others", "--modified", "--deleted"];
  const args = [...LOOKING, "ls-files", ...which, "-v", "-s", "-z", "--", ...pathspecs];
  const listing = await git(repository, args);
  const staged: IndexEntry[] = [];
  const differences: WorktreeDifference[] = [];
  let missing = "";
  for (const line of latin1Lines(listing.toString("latin1"))) {
    const [mark, rest] = [line.charAt(0), line.slice(2)];
    if (mark === "?") {
      differences.push({ path: pathTextOfLatin1(rest), kind: "untracked" });
      continue;
    }
    const entry = parseIndexLine(rest);
    const { path, mode } = entry;
    switch (mark.toUpperCase()) {
      case "R":
        missing = path;
        differences.push({ path, kind: "missing" });
        break;
      case "C":
        // git says it of a file that is missing as well, right behind
        if (path !== missing) differences.push({ path, kind: mode === SUBMODULE ? "submodule" : "unstaged" });
        break;
      default:
        staged.push(entry);
        differences.push(...markDifference({ mark, entry }));
    }
  }
  return { staged, differences };
}
