import { type CommitFacts, commitsChanging, lastCommitChanging } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { compareTrees, resolveCommit, resolveTree, type TreeChange } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, judgeTree } from "./judge.ts";

/** What made a suite stale. `suite`: its definition in gate.yaml. */
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
  if (recorded.hash === null || (await resolveCommit(repository, revision)) === null) return NOTHING;
  const recordedIn = await lastCommitChanging(repository, revision, [
    exactly(`${suite.reports}/${suite.name}.hash`),
  ]);
  if (recordedIn === null) return NOTHING;
  const before = await resolveTree(repository, recordedIn.id);
  if (before === null) return NOTHING;
  const then = await judgeTree(repository, before);
  const old = then.ok ? then.value?.suites.find((one) => one.suite.name === suite.name) : undefined;
  if (old === undefined || old.inputs.fingerprint !== recorded.hash) return { ...NOTHING, recordedIn };
  const pathspecs = inputPathspecs(suite, reportsDirectories);
  const [changed, commits] = await Promise.all([
    compareTrees(repository, before, tree, pathspecs),
    commitsChanging(repository, recordedIn.id, revision, pathspecs),
  ]);
  const definition = sameDefinition(old.suite, suite)
    ? []
    : [{ path: CONFIGURATION_PATH, change: "suite" as const }];
  return { changes: [...definition, ...changed], recordedIn, staleSince: commits[0] ?? null };
}

/** Definitions are built key by key in one order, so that their text tells them apart. */
function sameDefinition(left: Suite, right: Suite): boolean {
  return JSON.stringify(left.definition) === JSON.stringify(right.definition);
}
