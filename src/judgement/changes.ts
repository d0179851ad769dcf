import { type CommitFacts, commitsChanging, lastCommitChanging } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { plainHead } from "../adapters/git/plain-head.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { TreeChange } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { manifestPath } from "../reports/manifest.ts";
import { sameDeclaration, suiteOf } from "./configuration.ts";
import type { JudgedSuite } from "./judge.ts";
import { rememberedTree } from "./memo.ts";
import { changesBetween, changesFromHead } from "./suite-changes.ts";
import { whereHere } from "./where-here.ts";

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

export const NO_CHANGES: ChangesSince = { changes: [], recordedIn: null, staleSince: null };

/**
 * What changed since the evidence that is in the tree was recorded, told from the commit that carries it.
 * Only a tree whose own sources that evidence covers can say so: one that the memo remembers, or else the
 * commit's. It explains and decides nothing: a clone that lacks what was then (`--filter`) has nothing to say.
 */
export async function changesSinceEvidence(
  repository: Repository,
  tree: TreeId,
  revision: string,
  judged: JudgedSuite,
  reportsDirectories: readonly string[],
): Promise<ChangesSince> {
  const told = changesTold(repository, tree, revision, judged, reportsDirectories);
  return (await whereHere(told)) ?? NO_CHANGES;
}

async function changesTold(
  repository: Repository,
  tree: TreeId,
  revision: string,
  judged: JudgedSuite,
  reportsDirectories: readonly string[],
): Promise<ChangesSince> {
  const { suite, recorded } = judged;
  if (recorded.hash === null) return NO_CHANGES;
  const [recordedIn, remembered] = await Promise.all([
    lastCommitChanging(repository, revision, recordOf(suite)),
    rememberedTree(repository, suite.name, recorded.hash),
  ]);
  if (recordedIn === null) return NO_CHANGES;
  const question = { repository, tree, revision, suite, reportsDirectories, recordedIn };
  // Nothing keeps the tree of a memo from being pruned.
  const since = remembered === null ? null : await whereHere(changesFrom(question, remembered));
  if (since !== null) return since;
  const old = await suiteOf(repository, recordedIn.tree, suite.name);
  if (old === null) return { ...NO_CHANGES, recordedIn };
  const then = await fingerprintOf(repository, recordedIn.tree, old.suite, old.reportsDirectories);
  if (then.fingerprint !== recorded.hash) return { ...NO_CHANGES, recordedIn };
  return changesFrom(question, recordedIn.tree);
}

/** A run of the same inputs changes the manifest and not the hash: gate.yaml may have come to name them otherwise. */
function recordOf({ name, reports }: Suite): readonly string[] {
  return [`${name}.hash`, manifestPath(name)].map((file) => exactly(`${reports}/${file}`));
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
): Promise<ChangesSince> {
  // Most often the evidence came with the last commit: then HEAD has been asked, and nothing came after it.
  const inHead = revision === "HEAD" && recordedIn.id === (await plainHead(repository));
  const commitsSince = async (pathspecs: readonly string[]) =>
    inHead ? [] : commitsChanging(repository, recordedIn.id, revision, pathspecs);
  const changesSince = async () => {
    const known = inHead && before === recordedIn.tree;
    const ofHead = known ? await changesFromHead(repository, tree, suite, reportsDirectories) : null;
    return ofHead ?? changesBetween(repository, before, tree, suite, reportsDirectories);
  };
  const [{ inputs, reconfigured }, commits] = await Promise.all([
    changesSince(),
    commitsSince(inputPathspecs(suite, reportsDirectories)),
  ]);
  const old = await suiteOf(repository, reconfigured ? before : tree, suite.name);
  const redeclared = old === null || !sameDeclaration(old.suite, suite);
  if (!redeclared) return { changes: inputs, recordedIn, staleSince: commits[0] ?? null };
  const [reconfiguring = null] = await commitsSince([exactly(CONFIGURATION_PATH)]);
  const declaration = { path: CONFIGURATION_PATH, change: "suite" as const };
  return {
    changes: [declaration, ...inputs],
    recordedIn,
    staleSince: earlier(commits[0] ?? null, reconfiguring),
  };
}

function earlier(one: CommitFacts | null, other: CommitFacts | null): CommitFacts | null {
  if (one === null || other === null) return one ?? other;
  return Date.parse(other.date) < Date.parse(one.date) ? other : one;
}
