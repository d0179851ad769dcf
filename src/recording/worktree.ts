import { join, relative } from "node:path";
import { lastChange, stateOfFile } from "../adapters/files/files.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { compareTrees, listTree } from "../adapters/git/trees.ts";
import { type WorktreeDifference, worktreeDifferences } from "../adapters/git/worktree.ts";
import type { Suite } from "../config/configuration.ts";
import { isIndexOfCommit } from "../evidence/indexes.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { sameDeclaration, suiteOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { unreachable } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { isLooseBytecode, isMadeOfSource } from "./bytecode.ts";
import type { RunRequest } from "./request.ts";

interface InputsOnDisk {
  /** In which ways the working tree is not what is being judged. */
  readonly differences: readonly WorktreeDifference[];
  /** Files that the patterns match and git ignores: they take part in the run and not in the fingerprint. */
  readonly ignored: readonly string[];
}

/**
 * Compares the inputs on disk with the index that is being judged. Nobody's input are the results file, and the
 * bytecode that Python makes of the inputs, whether git ignores it or not.
 */
export async function inputsOnDisk(
  worktree: Worktree,
  suite: Suite,
  reportsDirectories: readonly string[],
): Promise<InputsOnDisk> {
  const { differences: found, trackedPaths } = await worktreeDifferences(
    worktree,
    inputPathspecs(suite, reportsDirectories),
  );
  const untracked = found.filter(({ kind }) => kind === "untracked" || kind === "ignored");
  const tracked = untracked.some(({ path }) => isLooseBytecode(path)) ? trackedPaths() : new Set<string>();
  const made = new Set(untracked.filter(({ path }) => isMadeOfSource(path, tracked)));
  const all = found.filter((one) => !made.has(one));
  return {
    differences: all.filter(({ kind, path }) => kind !== "ignored" && path !== suite.results),
    ignored: all
      .filter(({ kind, path }) => kind === "ignored" && !path.startsWith(".gate/"))
      .map(({ path }) => path),
  };
}

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
export function refuseDifferences(
  worktree: Worktree,
  suite: Suite,
  differences: readonly WorktreeDifference[],
): Problem[] {
  const ofCommit = isIndexOfCommit(worktree);
  const isSplit = !ofCommit && differences.some(({ kind }) => kind === "partly-staged");
  const setAside = isSplit
    ? keepTheRest(worktree)
    : ofCommit
      ? `git add what you commit and ${SET_ASIDE}`
      : SET_ASIDE;
  return differences.map(({ path, kind }) => {
    const about = { path, suite: suite.name };
    const leftOut = ofCommit ? LEFT_OUT[kind] : undefined;
    return leftOut !== undefined
      ? problem("worktree-differs", `${path} ${leftOut.how} this commit leaves out.`, {
          ...about,
          hint: leftOut.hint,
        })
      : problem("worktree-differs", `${path} ${complaint(kind, suite)}.`, {
          ...about,
          hint: `${wayOut(kind, setAside)}${ofCommit && kind === "untracked" ? NEW_AND_STAGED : ""}`,
        });
  });
}

const CHANGED = {
  how: "has changes that",
  hint: "Commit them as well, or set them aside for the run:  git stash push -- <these files>",
};
/** Git's stash takes no path of these. */
const SET_STAGED_ASIDE =
  "git restore --staged <what you commit> && git stash push --staged  and after the commit:  git stash pop --index";
const NEW_AND_STAGED = `,  or, where they are staged already:  ${SET_STAGED_ASIDE}`;
/** `git commit -- <path>` leaves out what is staged, too: git looks at an index of its own making. */
const LEFT_OUT: Partial<Record<WorktreeDifference["kind"], typeof CHANGED>> = {
  unstaged: CHANGED,
  "partly-staged": CHANGED,
  missing: {
    how: "is gone from disk, which",
    hint: `Commit that as well, or, where it is staged, set it aside for the run:  ${SET_STAGED_ASIDE}`,
  },
};

/**
 * What `git stash -k` sets aside holds what is staged as well: where both touch the same lines, it does not come back.
 * No setting of the user's changes what `diff-files` writes.
 */
function keepTheRest({ topLevel, gitDirectory }: Worktree): string {
  const inside = relative(topLevel, gitDirectory);
  const place = inside.startsWith("..") ? gitDirectory : inside;
  const names = ["rest.patch", ...Array.from({ length: 99 }, (_, index) => `rest-${index + 2}.patch`)];
  const free = names.find((name) => stateOfFile(join(gitDirectory, name)) === null) ?? "<a new file>";
  const patch = shellWord(join(place, free));
  return `keep the rest for later, at the top level:  git diff-files --ita-visible-in-index -p --binary >${patch} && git restore :/  and after the commit:  git apply ${patch}`;
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

function wayOut(kind: WorktreeDifference["kind"], setAside = SET_ASIDE): string {
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
      return `Stage them, or ${setAside}`;
    case "untracked":
    case "ignored":
      return `Stage or ignore them, or ${setAside}`;
    default:
      return unreachable(kind);
  }
}

const SET_ASIDE = "set the rest aside for the run:  git stash -k -u";

/** Whoever looks only at the end sees no file that was changed, and changed back, while the tests ran. */
export async function inputsWrittenSince(
  { worktree, tree, judged, reportsDirectories }: RunRequest,
  time: string,
): Promise<readonly string[]> {
  const inputs = await listTree(worktree, tree, inputPathspecs(judged.suite, reportsDirectories));
  const written: string[] = [];
  for (const { path } of inputs) {
    const changed = await lastChange(placeBelow(worktree.topLevel, path));
    if (changed !== null && changed > Date.parse(time)) written.push(path);
  }
  return written;
}

/** What has changed since the run began, on disk or in the index: other sources were tested. */
export async function inputsMoved(request: RunRequest, began: string): Promise<Problem[]> {
  const { worktree, tree, judged, reportsDirectories } = request;
  const { suite, inputs } = judged;
  const [onDisk, now, written] = await Promise.all([
    inputsOnDisk(worktree, suite, reportsDirectories),
    treeOfIndex(worktree),
    inputsWrittenSince(request, began),
  ]);
  const paths = onDisk.differences.map(({ path }) => path);
  if (now.ok && now.value !== tree) {
    const { fingerprint } = await fingerprintOf(worktree, now.value, suite, reportsDirectories);
    const pathspecs = inputPathspecs(suite, reportsDirectories);
    if (fingerprint !== inputs.fingerprint) {
      paths.push(...(await compareTrees(worktree, tree, now.value, pathspecs)).map(({ path }) => path));
    }
    const configured = await suiteOf(worktree, now.value, suite.name);
    if (configured === null || !sameDeclaration(configured.suite, suite)) paths.push(CONFIGURATION_PATH);
  }
  const changed = new Set(paths);
  return [...new Set([...paths, ...written])].map((path) =>
    problem(
      "inputs-changed-during-run",
      changed.has(path)
        ? `${path} changed while the suite ran, so the run is of no known sources.`
        : `${path} was written while the suite ran; it is the same again, and nobody knows what was tested.`,
      {
        path,
        suite: suite.name,
        hint: "Leave the inputs alone while the suite runs, then:  gate run.  What the suite itself wrote, such as a new snapshot, is staged first:  git add",
      },
    ),
  );
}
