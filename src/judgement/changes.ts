import { isDeepStrictEqual } from "node:util";
import { type CommitFacts, commitsChanging, lastCommitChanging } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { compareTrees, resolveCommit, resolveTree, type TreeChange } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, judgeTree } from "./judge.ts";

/** What made a suite stale. `suite`: what gate.yaml says of it. */
export interface InputChange {
  readonly path: string;
  readonly change: TreeChange["change"] | "suite";
}

export interface ChangesSince {
  readonly changes: readonly InputChange[];
  /** The commit that carries the last evidence; null where the history does not have it. */
  readonly recordedIn: CommitFacts | null;
  /** The first commit after it that changed an input; null where only this commit does. */
  readonly staleSince: CommitFacts | null;
}

const NOTHING: ChangesSince = { changes: [], recordedIn: null, staleSince: null };

/**
 * What changed since the evidence that is in the tree was recorded, told from the commit that carries it.
 * Only a commit whose own sources that evidence covers can say so.
 */
export async function changesSinceEvidence(
  repository: Repository,
  tree: TreeId,
  revision: string,
  judged: JudgedSuite,
  reportsDirectories: readonly string[],
): Promise<ChangesSince> {
  const { suite, recorded } = judged;
  const judgedCommit = await resolveCommit(repository, revision);
  if (recorded.hash === null || judgedCommit === null) return NOTHING;
  const recordedIn = await lastCommitChanging(repository, judgedCommit, [
    exactly(`${suite.reports}/${suite.name}.hash`),
  ]);
  if (recordedIn === null) return NOTHING;
  const before = await resolveTree(repository, recordedIn.id);
  if (before === null) return NOTHING;
  const then = await judgeTree(repository, before);
  const old = then.ok ? then.value?.suites.find((one) => one.suite.name === suite.name) : undefined;
  if (old === undefined || old.inputs.fingerprint !== recorded.hash) return { ...NOTHING, recordedIn };
  const declaration = sameDeclaration(old.suite, suite)
    ? []
    : [{ path: CONFIGURATION_PATH, change: "suite" as const }];
  const pathspecs = inputPathspecs(suite, reportsDirectories);
  const [changed, commits] = await Promise.all([
    compareTrees(repository, before, tree, pathspecs),
    commitsChanging(repository, recordedIn.id, judgedCommit, [
      ...pathspecs,
      ...declaration.map(({ path }) => exactly(path)),
    ]),
  ]);
  return { changes: [...declaration, ...changed], recordedIn, staleSince: commits[0] ?? null };
}

/** Whether the same fingerprint follows from the same files. The order of keys does not matter to it. */
function sameDeclaration(left: Suite, right: Suite): boolean {
  const patterns = ({ inputs }: Suite) => inputs.map(({ glob, exclude }) => ({ glob, exclude }));
  return (
    isDeepStrictEqual(left.definition, right.definition) && isDeepStrictEqual(patterns(left), patterns(right))
  );
}
