import { removeOld } from "../adapters/files/files.ts";
import { indexIsAbsent, refreshStats } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { SessionLimits, Signing } from "../config/configuration.ts";
import { placesOf } from "../evidence/places.ts";
import { type Recovery, recoverAttachment } from "../evidence/recover.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import {
  type JudgedSuite,
  type JudgedTree,
  judgeForCommit,
  judgeWithEvidence,
  reportsDirectories,
} from "../judgement/judge.ts";
import { reportsLeftBehind } from "../judgement/left-behind.ts";
import { unsignedEvidence } from "../judgement/unsigned.ts";
import { writeMemo } from "../judgement/write-memo.ts";
import { type Problem, problem } from "../problem.ts";
import { ok, type Result } from "../result.ts";
import type { AttachedReports, JudgedCommit } from "./judged-commit.ts";
import { type SuiteOutcome, withWarnings } from "./outcomes.ts";
import type { RunRequest, Surroundings } from "./request.ts";
import { type AttachedNow, refused, type Settled } from "./reuse.ts";

/** Judges what is being committed; null where it has no gate.yaml. */
export async function judgeIndex(worktree: Worktree): Promise<Result<JudgedTree | null, readonly Problem[]>> {
  const tree = await treeOfIndex(worktree);
  return tree.ok ? judgeForCommit(worktree, tree.value) : tree;
}

/** Files of a gate that works are minutes old at most. */
const SCRATCH = /^(?:index-|\.gate-.*\.tmp$)/;
const LEFT_BEHIND_MS = 24 * 3_600_000;

interface SettledIndex {
  readonly outcomes: readonly SuiteOutcome[];
  /** The index as it is now; null where it cannot be judged. */
  readonly judged: JudgedCommit | null;
}

/**
 * Brings the suites of the index to rest, in file order and all of them: what passed is attached even where
 * another one is refused. Leaves a memo if everything is fresh then. The caller holds the lock, and may have
 * judged the index just before.
 */
export async function settleIndexSuites(
  worktree: Worktree,
  surroundings: Surroundings,
  only: string | null,
  settle: (request: RunRequest) => Promise<Settled>,
  known: JudgedTree | null = null,
): Promise<Result<SettledIndex, readonly Problem[]>> {
  const recovered = await finishInterrupted(worktree);
  const longAgo = new Date(surroundings.now().getTime() - LEFT_BEHIND_MS);
  await removeOld(placesOf(worktree).directory, SCRATCH, longAgo);
  const judged = known !== null && recovered === null ? ok(known) : await judgeIndex(worktree);
  if (!judged.ok) return judged;
  if (judged.value === null) return ok({ outcomes: [], judged: null });
  const { tree, suites, configuration } = judged.value;
  const common = {
    worktree,
    tree,
    reportsDirectories: reportsDirectories(configuration),
    signing: configuration.signing,
    surroundings,
  };
  const outcomes: SuiteOutcome[] = [];
  const attached: AttachedNow[] = [];
  for (const one of suites.filter(({ suite }) => only === null || suite.name === only)) {
    const settled = await settle({ ...common, judged: one });
    const left =
      settled.attached === null
        ? []
        : await reportsLeftBehind(worktree, tree, one.suite, common.reportsDirectories);
    outcomes.push(await sparing(worktree, withWarnings(settled.outcome, left), configuration.sessions));
    if (settled.attached !== null) attached.push(settled.attached);
    if (await isOver(worktree, surroundings)) return ok({ outcomes, judged: null });
  }
  const now = attached.length === 0 ? judged.value : await judgeAttached(worktree, judged.value, attached);
  if (now !== null && isFresh(now)) await writeMemo(worktree, now, null);
  const asserted = outcomes.map((outcome) => assertFresh(outcome, now?.suites ?? [], configuration.signing));
  return ok({
    outcomes: asserted,
    judged: now === null ? null : { tree: now.tree, attached: attached.map(withoutEvidence) },
  });
}

/**
 * Reads back what was staged: as the index is now, null where it cannot be judged any more. Git looks at the new files
 * meanwhile: the tree is written, and nobody else needs the index.
 */
async function judgeAttached(
  worktree: Worktree,
  before: JudgedTree,
  attached: readonly AttachedNow[],
): Promise<JudgedTree | null> {
  const tree = await treeOfIndex(worktree);
  if (!tree.ok) return null;
  const evidence = new Map(attached.map((one) => [one.suite, one.evidence]));
  const directories = attached.map(({ reports }) => exactly(reports));
  const [judged] = await Promise.all([
    judgeWithEvidence(worktree, before, tree.value, evidence),
    refreshStats(worktree, directories),
  ]);
  if (judged !== null) return judged;
  // There is more in the index than was attached: somebody has staged something meanwhile.
  const anew = await judgeForCommit(worktree, tree.value);
  return anew.ok ? anew.value : null;
}

function withoutEvidence({ suite, reports, before }: AttachedNow): AttachedReports {
  return { suite, reports, before };
}

/** What takes old sessions away is loaded where there is a new one. */
async function sparing(
  { topLevel }: Worktree,
  outcome: SuiteOutcome,
  limits: SessionLimits,
): Promise<SuiteOutcome> {
  if (!("session" in outcome) || outcome.session === null) return outcome;
  const { withoutOldSessions } = await import("./keep-sessions.ts");
  return withoutOldSessions(topLevel, outcome, limits);
}

/** After Ctrl-C, or when the commit has died under its hook and taken its index along, nothing more is done. */
async function isOver(worktree: Worktree, { abort }: Surroundings): Promise<boolean> {
  return abort.aborted || (await indexIsAbsent(worktree));
}

/** What was attached has to make its suite fresh: whatever kept it from that is a refusal, not a surprise in CI. */
function assertFresh(
  outcome: SuiteOutcome,
  now: readonly JudgedSuite[],
  signing: Signing | null,
): SuiteOutcome {
  if (outcome.kind !== "reused" && outcome.kind !== "recorded") return outcome;
  const judged = now.find(({ suite }) => suite.name === outcome.suite);
  if (judged?.staleness === null) return withWarnings(outcome, unsignedEvidence(judged, signing));
  const message = `the evidence of ${outcome.suite} was attached and does not cover what is staged now.`;
  const hint = `See why:  gate status;  then:  gate run ${outcome.suite} --force`;
  const moved = problem("reports-not-staged", message, { suite: outcome.suite, hint });
  return refused(outcome.suite, [moved, ...(judged?.recorded.problems ?? [])]);
}

export function isFresh(judged: JudgedTree): boolean {
  return judged.suites.every(({ staleness, problems }) => staleness === null && problems.length === 0);
}

/** Finishes or undoes an attachment that a crash has cut off. */
async function finishInterrupted(worktree: Worktree): Promise<Recovery | null> {
  return recoverAttachment(worktree, async (entry) => {
    const tree = await treeOfIndex(worktree);
    if (!tree.ok) return false;
    const configuration = await configurationOf(worktree, tree.value);
    if (!configuration.ok || configuration.value === null) return false;
    const suite = configuration.value.suites.find(({ name }) => name === entry.suite);
    if (suite === undefined || suite.reports !== entry.reports) return false;
    const now = await fingerprintOf(worktree, tree.value, suite, reportsDirectories(configuration.value));
    return now.fingerprint === entry.fingerprint;
  });
}
