import type { TreeId } from "../adapters/git/ids.ts";
import type { MergedTree } from "../adapters/git/merge.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { changesBetween, type SuiteChanges } from "../judgement/suite-changes.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { unreachable } from "../result.ts";
import type { Merge, MergedCommits, Sides } from "./merge.ts";
import type { Landing, MadeDue } from "./verification.ts";

export interface Landed {
  /** null where there is nothing to merge. */
  readonly landing: Landing | null;
  readonly problems: readonly Problem[];
}

export interface LandingQuestion extends Sides {
  /** Judge this suite alone; null: all that the merge has. */
  readonly only: string | null;
  /** Suites of the head, whose evidence is judged there already. */
  readonly ofHead: ReadonlySet<string>;
  /** Those of them that the head is refused for in any case. */
  readonly refused: () => Promise<ReadonlySet<string>>;
  /** Which of these suites a waiver lets pass as the merge has them. */
  readonly waivedIn: (merge: MergedCommits, due: readonly JudgedSuite[]) => Promise<ReadonlySet<string>>;
  /** What is wrong with the evidence that the merge has of a suite. */
  readonly problemsIn: (merge: MergedCommits, suite: JudgedSuite) => Promise<readonly Problem[]>;
}

/**
 * Judges the merge that would land: two changes that each have their evidence can meet in sources that nobody
 * ran, and the base can have suites that the head knows nothing of.
 */
export async function judgeLanding(merge: Merge, question: LandingQuestion): Promise<Landed> {
  const { name } = question.base;
  switch (merge.kind) {
    case "contained":
    case "nothing":
      return { landing: null, problems: [] };
    case "unknown":
      return { landing: { base: name, conflicts: [], due: [] }, problems: [merge.problem] };
    case "conflict":
      return conflicted(name, merge.paths);
    case "merged":
      return judgeMerged(merge, question);
    default:
      return unreachable(merge);
  }
}

async function judgeMerged(merge: MergedCommits, question: LandingQuestion): Promise<Landed> {
  const { merged, judged, common } = merge;
  const { base, only, ofHead } = question;
  const asked = judged.suites.filter(({ suite }) => only === null || only === suite.name);
  const [due, foreign] = await Promise.all([
    dueSuites(merge, asked, question),
    Promise.all(
      asked
        .filter(({ suite, staleness }) => staleness === null && !ofHead.has(suite.name))
        .map((one) => question.problemsIn(merge, one)),
    ),
  ]);
  const directories = reportsDirectories(judged.configuration);
  const made = await Promise.all(due.map((one) => madeDue(merged, question, common, one, directories)));
  return {
    landing: { base: base.name, conflicts: [], due: made },
    problems: [
      ...made.map((one) => dueProblem(one, base.name)),
      ...foreign.flat().map((one) => ({ ...one, message: `merged into ${base.name}, ${one.message}` })),
    ],
  };
}

async function dueSuites(
  merge: MergedCommits,
  asked: readonly JudgedSuite[],
  question: LandingQuestion,
): Promise<readonly JudgedSuite[]> {
  const { merged } = merge;
  const [ofHead, ofBase, refused] = await Promise.all([
    recordedIn(merged.repository, question.head.tree),
    recordedIn(merged.repository, question.base.tree),
    question.refused(),
  ]);
  const unmergedReports = merged.conflicts.length > 0;
  const due = asked.filter(({ suite, inputs, staleness }) => {
    const either = [ofHead.get(suite.name), ofBase.get(suite.name)];
    // unmerged reports are staged again by gate attach, if the evidence of either side covers the merge
    const attachable = unmergedReports && either.includes(inputs.fingerprint);
    return staleness !== null && !attachable && !refused.has(suite.name);
  });
  if (due.length === 0) return [];
  const waived = await question.waivedIn(merge, due);
  return due.filter(({ suite }) => !waived.has(suite.name));
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
  const [ours, theirs] = await Promise.all([
    changesBetween(repository, common, head.tree, suite, directories),
    changesBetween(repository, common, base.tree, suite, directories),
  ]);
  return { suite: suite.name, ours: pathsOf(ours), theirs: pathsOf(theirs) };
}

function pathsOf({ inputs, reconfigured }: SuiteChanges): readonly string[] {
  const paths = inputs.map(({ path }) => path);
  return reconfigured && !paths.includes(CONFIGURATION_PATH) ? [CONFIGURATION_PATH, ...paths] : paths;
}

function dueProblem({ suite, ours, theirs }: MadeDue, base: string): Problem {
  const message = `merged into ${base}, ${suite} has no evidence: ${meeting(ours, theirs, base)}.`;
  return problem("stale-evidence", message, {
    suite,
    path: ours[0] ?? theirs[0] ?? null,
    hint: `git merge --no-commit ${base}, and on a machine that can run it:  gate run && git commit`,
  });
}

/** One side alone can make it due: where what waived it does not hold in the merge. */
function meeting(ours: readonly string[], theirs: readonly string[], base: string): string {
  if (ours.length === 0 || theirs.length === 0)
    return `nobody ran it on ${ours.length === 0 ? `${some(theirs)} of ${base}` : `${some(ours)} of this change`}`;
  const meet = ours.length === 1 ? "meets" : "meet";
  return `${some(ours)} of this change ${meet} ${some(theirs)} of ${base}`;
}

function some(paths: readonly string[]): string {
  const [first = "what it is of", ...rest] = paths;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

function conflicted(base: string, conflicts: readonly string[]): Landed {
  const message = `merging into ${base} conflicts in ${some(conflicts)}; what would land cannot be judged before that is resolved.`;
  const hint = `git merge ${base}`;
  const one = warning("unmerged-inputs", message, { path: conflicts[0] ?? null, hint });
  return { landing: { base, conflicts, due: [] }, problems: [one] };
}
