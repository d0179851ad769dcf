import type { Worktree } from "../adapters/git/repository.ts";
import { trackedDifferences, untrackedFiles, type WorktreeDifference } from "../adapters/git/worktree.ts";
import type { Suite } from "../config/configuration.ts";
import { EVERYTHING, without } from "../fingerprint/pathspecs.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { isCachedBytecode } from "./bytecode.ts";

/**
 * The state of everything outside gate's own folder, to be compared after the run. Of reports that were edited it is
 * said where new ones would be written over them.
 */
export async function traces(
  worktree: Worktree,
  reportsDirectories: readonly string[],
): Promise<readonly WorktreeDifference[]> {
  const searched = [EVERYTHING, without(".gate")];
  const [tracked, untracked] = await Promise.all([
    trackedDifferences(worktree, [...searched, ...reportsDirectories.map(without)]),
    untrackedFiles(worktree, { ignored: false, pathspecs: searched }),
  ]);
  return [...tracked, ...untracked.map((path) => ({ path, kind: "untracked" as const }))];
}

/** What a run left in the repository: new files and changed ones. Python's bytecode is nobody's leak. */
export function findLeaks(
  suite: Suite,
  before: readonly WorktreeDifference[],
  after: readonly WorktreeDifference[],
): Problem[] {
  const known = new Set(before.map(({ path, kind }) => `${kind} ${path}`));
  const complain = suite.leaks === "error" ? problem : warning;
  return after
    .filter(({ path, kind }) => !known.has(`${kind} ${path}`) && path !== suite.results)
    .filter(({ path, kind }) => kind !== "untracked" || !isCachedBytecode(path))
    .map(({ path, kind }) =>
      complain("leaked-files", leakSentence(path, kind), leakDetails(path, kind, suite)),
    );
}

/** Who changed a file that was there, nobody knows: it may have been a person. */
function leakSentence(path: string, kind: WorktreeDifference["kind"]): string {
  if (kind === "untracked") return `the run left ${path}.`;
  return `${path} was ${kind === "missing" ? "deleted" : "changed"} while the suite ran.`;
}

function leakDetails(path: string, kind: WorktreeDifference["kind"], { name: suite }: Suite) {
  const orElse =
    kind === "untracked" ? ", or ignore the file." : "; a person leaves tracked files alone while it runs.";
  return { path, suite, hint: `Let the suite write to a temporary directory${orElse}` };
}
