import { join, relative } from "node:path";
import { stateOfFile } from "../adapters/files/files.ts";
import { indexAgrees } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { resolveTree } from "../adapters/git/trees.ts";
import type { WorktreeDifference } from "../adapters/git/worktree.ts";
import type { Suite } from "../config/configuration.ts";
import { isIndexOfCommit } from "../evidence/indexes.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { reportsConflict } from "../judgement/index-tree.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { unreachable } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import type { RunRequest } from "./request.ts";
import { inputsOnDisk } from "./worktree.ts";

/** What a person who asks for a run may take for part of it: gate looks at the index, never at the disk. */
export async function notStaged({ worktree, judged, reportsDirectories }: RunRequest): Promise<Problem[]> {
  const { suite } = judged;
  const { differences } = await inputsOnDisk(worktree, suite, reportsDirectories);
  return differences.map(({ path, kind }) =>
    warning("worktree-differs", `${path} ${complaint(kind, suite)}.`, {
      path,
      suite: suite.name,
      hint: isStageable(kind) ? "gate judges what is staged. To have it judged:  git add" : wayOut(kind),
    }),
  );
}

function isStageable(kind: WorktreeDifference["kind"]): boolean {
  return ["unstaged", "partly-staged", "announced", "missing", "untracked"].includes(kind);
}

/** One problem a file, with what is the matter and how to go on. */
export async function refuseDifferences(
  worktree: Worktree,
  suite: Suite,
  reportsDirectories: readonly string[],
  differences: readonly WorktreeDifference[],
): Promise<Problem[]> {
  if (differences.length === 0) return [];
  const ofCommit = isIndexOfCommit(worktree);
  const aside = await waysAside(worktree, reportsDirectories, differences);
  return differences.map(({ path, kind }) => {
    const about = { path, suite: suite.name };
    const leftOut = ofCommit ? leftOutOf(kind, aside) : null;
    return leftOut !== null
      ? problem("worktree-differs", `${path} ${leftOut.how} this commit leaves out.`, {
          ...about,
          hint: leftOut.hint,
        })
      : problem("worktree-differs", `${path} ${complaint(kind, suite)}.`, {
          ...about,
          hint: `${wayOut(kind, aside)}${ofCommit && kind === "untracked" ? NEW_AND_STAGED : ""}`,
        });
  });
}

/** How what is not to be committed is kept out of the run. */
interface WaysAside {
  readonly tracked: string;
  readonly untracked: string;
  /** What is left when what is to be committed is staged. */
  readonly rest: string;
}

/**
 * What `git stash -k` sets aside holds what is staged as well: where that is changed again before the commit, as
 * reports are, or is only a part of a file, it does not come back. And it ends a merge or a cherry-pick.
 */
async function waysAside(
  worktree: Worktree,
  reportsDirectories: readonly string[],
  differences: readonly WorktreeDifference[],
): Promise<WaysAside> {
  const rest = await keepTheRest(worktree, reportsDirectories);
  const first = isIndexOfCommit(worktree) ? "git add what you commit and " : "";
  const isSplit = first === "" && differences.some(({ kind }) => kind === "partly-staged");
  if (!isSplit && !isInSequence(worktree) && (await reportsAreThoseOfHead(worktree, reportsDirectories)))
    return { tracked: first + STASH, untracked: first + STASH, rest };
  return { tracked: first + rest, untracked: first + MOVE, rest };
}

const STASH = "set the rest aside for the run:  git stash -k -u";
const MOVE = "move them away for the run, and back after the commit";

/** What git forgets with `git stash`: what is being merged, and whose commit is being picked. */
function isInSequence({ gitDirectory }: Worktree): boolean {
  const marks = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];
  return marks.some((name) => stateOfFile(join(gitDirectory, name)) !== null);
}

async function reportsAreThoseOfHead(worktree: Worktree, directories: readonly string[]): Promise<boolean> {
  const head = await resolveTree(worktree, "HEAD");
  return head !== null && indexAgrees(worktree, head, directories.map(exactly));
}

/** No setting of the user's changes what `diff-files` writes; what is unmerged git neither writes nor restores so. */
async function keepTheRest(worktree: Worktree, reportsDirectories: readonly string[]): Promise<string> {
  const { topLevel, gitDirectory } = worktree;
  const inside = relative(topLevel, gitDirectory);
  const place = inside.startsWith("..") ? gitDirectory : inside;
  const names = ["rest.patch", ...Array.from({ length: 99 }, (_, index) => `rest-${index + 2}.patch`)];
  const free = names.find((name) => stateOfFile(join(gitDirectory, name)) === null) ?? "<a new file>";
  const patch = shellWord(join(place, free));
  const isUnmerged = await reportsConflict(worktree, reportsDirectories);
  const others = reportsDirectories.map((directory) => shellWord(`:(top,exclude)${directory}`)).join(" ");
  const [what, back] = isUnmerged ? [` -- :/ ${others}`, `-- :/ ${others}`] : ["", ":/"];
  return `keep the rest for later, at the top level:  git diff-files --ita-visible-in-index -p --binary${what} >${patch} && git restore ${back}  and after the commit:  git apply ${patch}`;
}

/** Git's stash takes no path of these. */
const SET_STAGED_ASIDE =
  "git restore --staged <what you commit> && git stash push --staged  and after the commit:  git stash pop --index";
const NEW_AND_STAGED = `,  or, where they are staged already:  ${SET_STAGED_ASIDE}`;

/** `git commit -- <path>` leaves out what is staged, too: git looks at an index of its own making. */
function leftOutOf(
  kind: WorktreeDifference["kind"],
  { rest }: WaysAside,
): { readonly how: string; readonly hint: string } | null {
  switch (kind) {
    case "unstaged":
      return {
        how: "has changes that",
        hint: "Commit them as well, or set them aside for the run:  git stash push -- <these files>",
      };
    case "partly-staged":
      return {
        how: "has changes that",
        hint: `Commit them as well, or stage what you commit:  git add -p,  and ${rest}`,
      };
    case "missing":
      return {
        how: "is gone from disk, which",
        hint: `Commit that as well, or, where it is staged, set it aside for the run:  ${SET_STAGED_ASIDE}`,
      };
    default:
      return null;
  }
}

function complaint(kind: WorktreeDifference["kind"], suite: Suite): string {
  switch (kind) {
    case "unstaged":
    case "partly-staged":
      return "has unstaged changes";
    case "announced":
      return "is only announced to git (git add -N), without a content";
    case "missing":
      return "is staged and not on disk";
    case "untracked":
      return `is untracked and matches the inputs of ${suite.name}`;
    case "ignored":
      return `is ignored and matches the inputs of ${suite.name}`;
    case "submodule":
      return "is a submodule that is not clean at its pinned commit";
    case "submodule-absent":
      return "is a submodule that is not checked out";
    case "assume-unchanged":
      return "is marked assume-unchanged, so that git does not look at it";
    case "skip-worktree":
      return "is marked skip-worktree (a sparse checkout does that), so that git does not look at it";
    default:
      return unreachable(kind);
  }
}

function wayOut(
  kind: WorktreeDifference["kind"],
  aside: Pick<WaysAside, "tracked" | "untracked"> = { tracked: STASH, untracked: STASH },
): string {
  switch (kind) {
    case "assume-unchanged":
      return "Clear the mark:  git update-index --no-assume-unchanged -- <file>";
    case "skip-worktree":
      return "Check the file out:  git sparse-checkout add <directory>,  or  git update-index --no-skip-worktree -- <file>";
    case "submodule":
      return "Commit or set aside what changed in it, then bring it to its pin:  git submodule update --init,  or pin what it has:  git add";
    case "submodule-absent":
      return "Bring it to its pin:  git submodule update --init";
    case "announced":
      return "Stage it:  git add -- <file>,  or take that back, and then set it aside:  git reset -q -- <file>";
    case "unstaged":
    case "partly-staged":
    case "missing":
      return `Stage them, or ${aside.tracked}`;
    case "untracked":
    case "ignored":
      return `Stage or ignore them, or ${aside.untracked}`;
    default:
      return unreachable(kind);
  }
}
