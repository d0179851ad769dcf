import { lastChange } from "../adapters/files/files.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { compareTrees, listTree } from "../adapters/git/trees.ts";
import { type WorktreeDifference, worktreeDifferences } from "../adapters/git/worktree.ts";
import type { Suite } from "../config/configuration.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { sameDeclaration, suiteOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { type Problem, problem } from "../problem.ts";
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
