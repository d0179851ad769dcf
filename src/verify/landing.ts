import { withScratchDirectory } from "../adapters/files/editing.ts";
import { type CommitHeader, commitHeader, mergeBase } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { type MergedTree, mergeCommits } from "../adapters/git/merge.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { compareTrees } from "../adapters/git/trees.ts";
import { CONFIGURATION_PATH, exactly, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import type { Landing, MadeDue } from "./verification.ts";

export interface Landed {
  readonly landing: Landing;
  readonly problems: readonly Problem[];
}

interface Sides {
  readonly head: CommitHeader;
  readonly base: CommitHeader;
  /** As `--base` named it. */
  readonly name: string;
  /** Suites whose evidence covers the judged commit itself. */
  readonly covered: ReadonlySet<string>;
}

/**
 * Judges the merge that would land: two changes that each have their evidence can meet in sources that nobody
 * ran. null where there is nothing to merge. Where this git cannot merge without a working tree, a warning.
 */
export async function judgeLanding(repository: Repository, sides: Sides): Promise<Landed | null> {
  const { head, base, name } = sides;
  const parted = await mergeBase(repository, base.id, head.id);
  if (parted === base.id || parted === head.id) return null;
  const common = parted === null ? null : await commitHeader(repository, parted);
  if (common === null) return notJudged(name, "the history here does not reach their common ancestor");
  return withScratchDirectory(async (scratch) => {
    const merged = await mergeCommits(repository, base.id, head.id, scratch);
    if (merged === null) return notJudged(name, "git 2.38 or later is needed, and the objects of both sides");
    return judgeMerged(merged, sides, common.tree);
  });
}

async function judgeMerged(merged: MergedTree, sides: Sides, common: TreeId): Promise<Landed> {
  const { name, covered } = sides;
  if (merged.conflicts.includes(CONFIGURATION_PATH)) return conflicted(name, [CONFIGURATION_PATH]);
  const judged = await judgeTree(merged.repository, merged.tree);
  if (!judged.ok) return { landing: { base: name, conflicts: [], due: [] }, problems: judged.error };
  if (judged.value === null) return { landing: { base: name, conflicts: [], due: [] }, problems: [] };
  const directories = reportsDirectories(judged.value.configuration);
  const isReport = (path: string) => directories.some((directory) => path.startsWith(`${directory}/`));
  const conflicts = merged.conflicts.filter((path) => !isReport(path));
  if (conflicts.length > 0) return conflicted(name, conflicts);
  const [ofHead, ofBase] = await Promise.all([
    recordedIn(merged.repository, sides.head.tree),
    recordedIn(merged.repository, sides.base.tree),
  ]);
  const due = judged.value.suites.filter(({ suite, inputs, staleness }) => {
    const known =
      ofHead.get(suite.name) === inputs.fingerprint || ofBase.get(suite.name) === inputs.fingerprint;
    // unmerged reports are staged again by gate attach, if the evidence of either side covers the merge
    const attachable = known && merged.conflicts.some(isReport);
    return staleness !== null && !attachable && covered.has(suite.name);
  });
  const made = await Promise.all(due.map((one) => madeDue(merged, sides, common, one, directories)));
  return {
    landing: { base: name, conflicts: [], due: made },
    problems: made.map((one) => dueProblem(one, name)),
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
