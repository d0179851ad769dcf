import { isDeepStrictEqual } from "node:util";
import { GitError } from "../adapters/git/command.ts";
import { type CommitFacts, commitsChanging, lastCommitChanging } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { compareTrees, type TreeChange } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { suiteOf } from "./configuration.ts";
import type { JudgedSuite } from "./judge.ts";
import { rememberedTree } from "./memo.ts";

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
 * Only a tree whose own sources that evidence covers can say so: one that the memo remembers, or else the
 * commit's.
 */
export async function changesSinceEvidence(
  repository: Repository,
  tree: TreeId,
  revision: string,
  judged: JudgedSuite,
  reportsDirectories: readonly string[],
): Promise<ChangesSince> {
  const { suite, recorded } = judged;
  if (recorded.hash === null) return NOTHING;
  const [recordedIn, remembered] = await Promise.all([
    lastCommitChanging(repository, revision, [exactly(`${suite.reports}/${suite.name}.hash`)]),
    rememberedTree(repository, suite.name, recorded.hash),
  ]);
  if (recordedIn === null) return NOTHING;
  const question = { repository, tree, revision, suite, reportsDirectories, recordedIn };
  if (remembered !== null) {
    try {
      const old = await suiteOf(repository, remembered, suite.name);
      if (old !== null) return await changesFrom(question, remembered, old.suite);
    } catch (error) {
      // Nothing keeps the tree of a memo from being pruned.
      if (!(error instanceof GitError)) throw error;
    }
  }
  const old = await suiteOf(repository, recordedIn.tree, suite.name);
  if (old === null) return { ...NOTHING, recordedIn };
  const then = await fingerprintOf(repository, recordedIn.tree, old.suite, old.reportsDirectories);
  if (then.fingerprint !== recorded.hash) return { ...NOTHING, recordedIn };
  return changesFrom(question, recordedIn.tree, old.suite);
}

interface Question {
  readonly repository: Repository;
  readonly tree: TreeId;
  readonly revision: string;
  readonly suite: Suite;
  readonly reportsDirectories: readonly string[];
  readonly recordedIn: CommitFacts;
}

async function changesFrom(
  { repository, tree, revision, suite, reportsDirectories, recordedIn }: Question,
  before: TreeId,
  old: Suite,
): Promise<ChangesSince> {
  const declaration = sameDeclaration(old, suite)
    ? []
    : [{ path: CONFIGURATION_PATH, change: "suite" as const }];
  const pathspecs = inputPathspecs(suite, reportsDirectories);
  const [changed, commits] = await Promise.all([
    compareTrees(repository, before, tree, pathspecs),
    commitsChanging(repository, recordedIn.id, revision, [
      ...pathspecs,
      ...declaration.map(({ path }) => exactly(path)),
    ]),
  ]);
  return { changes: [...declaration, ...changed], recordedIn, staleSince: commits[0] ?? null };
}

/** Whether the same fingerprint follows from the same files. The order of keys does not matter to it. */
export function sameDeclaration(left: Suite, right: Suite): boolean {
  const patterns = ({ inputs }: Suite) => inputs.map(({ glob, exclude }) => ({ glob, exclude }));
  return (
    isDeepStrictEqual(left.definition, right.definition) && isDeepStrictEqual(patterns(left), patterns(right))
  );
}
