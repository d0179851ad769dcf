import { withScratchDirectory } from "../adapters/files/editing.ts";
import { type CommitHeader, commitHeader, mergeBase } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { type MergedTree, mergeCommits } from "../adapters/git/merge.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { compareTrees } from "../adapters/git/trees.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, type JudgedTree, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { unreachable } from "../result.ts";
import type { NamedCommit } from "./subject.ts";
import type { Landing, MadeDue } from "./verification.ts";

export interface Landed {
  /** null where there is nothing to merge. */
  readonly landing: Landing | null;
  readonly problems: readonly Problem[];
}

export interface Sides {
  readonly head: CommitHeader;
  readonly base: NamedCommit;
}

/** How base and head come together. */
export type Merge =
  /** The base has the head already. */
  | { readonly kind: "contained" }
  /** The head has all of the base. */
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "conflict"; readonly paths: readonly string[] }
  | {
      readonly kind: "merged";
      readonly merged: MergedTree;
      readonly judged: JudgedTree;
      readonly common: TreeId;
    };

/** Merges head into base, without a working tree and without a trace; what `use` is given is gone after it. */
export async function withMerge<T>(
  repository: Repository,
  { head, base }: Sides,
  use: (merge: Merge) => Promise<T>,
): Promise<T> {
  const parted = await mergeBase(repository, base.id, head.id);
  if (parted === head.id) return use({ kind: "contained" });
  if (parted === base.id) return use({ kind: "nothing" });
  const common = parted === null ? null : await commitHeader(repository, parted);
  if (common === null)
    return use({ kind: "unknown", why: "the history here does not reach their common ancestor" });
  return withScratchDirectory(async (scratch) => {
    const merged = await mergeCommits(repository, base.id, head.id, scratch);
    if (merged === null)
      return use({ kind: "unknown", why: "git 2.38 or later is needed, and the objects of both sides" });
    return use(await mergeOf(merged, common.tree));
  });
}

async function mergeOf(merged: MergedTree, common: TreeId): Promise<Merge> {
  if (merged.conflicts.includes(CONFIGURATION_PATH)) return { kind: "conflict", paths: [CONFIGURATION_PATH] };
  const judged = await judgeTree(merged.repository, merged.tree);
  if (!judged.ok || judged.value === null) {
    const [first] = judged.ok ? [] : judged.error;
    return { kind: "unknown", why: first?.message ?? "it has no gate.yaml" };
  }
  const paths = merged.conflicts.filter((path) => !isReport(judged.value, path));
  if (paths.length > 0) return { kind: "conflict", paths };
  return { kind: "merged", merged, judged: judged.value, common };
}

function isReport(judged: JudgedTree | null, path: string): boolean {
  const directories = judged === null ? [] : reportsDirectories(judged.configuration);
  return directories.some((directory) => path.startsWith(`${directory}/`));
}

/**
 * Judges the merge that would land: two changes that each have their evidence can meet in sources that nobody
 * ran. `covered`: the suites whose evidence covers the head itself; the others are refused anyway.
 */
export async function judgeLanding(
  merge: Merge,
  sides: Sides,
  covered: ReadonlySet<string>,
): Promise<Landed> {
  const { name } = sides.base;
  switch (merge.kind) {
    case "contained":
    case "nothing":
      return { landing: null, problems: [] };
    case "unknown":
      return notJudged(name, merge.why);
    case "conflict":
      return conflicted(name, merge.paths);
    case "merged":
      return judgeMerged(merge, sides, covered);
    default:
      return unreachable(merge);
  }
}

async function judgeMerged(
  { merged, judged, common }: Extract<Merge, { kind: "merged" }>,
  sides: Sides,
  covered: ReadonlySet<string>,
): Promise<Landed> {
  const [ofHead, ofBase] = await Promise.all([
    recordedIn(merged.repository, sides.head.tree),
    recordedIn(merged.repository, sides.base.tree),
  ]);
  const unmergedReports = merged.conflicts.length > 0;
  const due = judged.suites.filter(({ suite, inputs, staleness }) => {
    const either = [ofHead.get(suite.name), ofBase.get(suite.name)];
    // unmerged reports are staged again by gate attach, if the evidence of either side covers the merge
    const attachable = unmergedReports && either.includes(inputs.fingerprint);
    return staleness !== null && !attachable && covered.has(suite.name);
  });
  const directories = reportsDirectories(judged.configuration);
  const made = await Promise.all(due.map((one) => madeDue(merged, sides, common, one, directories)));
  return {
    landing: { base: sides.base.name, conflicts: [], due: made },
    problems: made.map((one) => dueProblem(one, sides.base.name)),
  };
}

async function recordedIn(repository: Repository, tree: TreeId): Promise<ReadonlyMap<string, string | null>> {
  const judged = await judgeTree(repository, tree);
  const suites = judged.ok ? (judged.value?.suites ?? []) : [];
  return new Map(suites.map(({ suite, recorded }) => [suite.name, recorded.hash]));
}

async function madeDue(
  { repository }: MergedTree,
  { head, base }: Sides,
  common: TreeId,
  { suite }: JudgedSuite,
  directories: readonly string[],
): Promise<MadeDue> {
  const pathspecs = [...inputPathspecs(suite, directories), exactly(CONFIGURATION_PATH)];
  const [ours, theirs] = await Promise.all([
    compareTrees(repository, common, head.tree, pathspecs),
    compareTrees(repository, common, base.tree, pathspecs),
  ]);
  return {
    suite: suite.name,
    ours: ours.map(({ path }) => path),
    theirs: theirs.map(({ path }) => path),
  };
}

function dueProblem({ suite, ours, theirs }: MadeDue, base: string): Problem {
  const message = `merged into ${base}, ${suite} has no evidence: ${some(ours)} of this change ${meets(ours)} ${some(theirs)} of ${base}.`;
  return problem("stale-evidence", message, {
    suite,
    path: ours[0] ?? theirs[0] ?? null,
    hint: `git merge ${base}, and on a machine that can run it:  gate run && git commit --amend`,
  });
}

const meets = (ours: readonly string[]) => (ours.length === 1 ? "meets" : "meet");

function some(paths: readonly string[]): string {
  const [first = "nothing", ...rest] = paths;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

function conflicted(base: string, conflicts: readonly string[]): Landed {
  const message = `merging into ${base} conflicts in ${some(conflicts)}; what would land cannot be judged before that is resolved.`;
  const hint = `git merge ${base}`;
  const one = warning("unmerged-inputs", message, { path: conflicts[0] ?? null, hint });
  return { landing: { base, conflicts, due: [] }, problems: [one] };
}

function notJudged(base: string, why: string): Landed {
  const message = `what would land in ${base} was not judged: ${why}.`;
  const one = warning("objects-missing", message, { hint: "git fetch --unshallow, with git 2.38 or later" });
  return { landing: { base, conflicts: [], due: [] }, problems: [one] };
}
