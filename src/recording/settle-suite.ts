import type { Suite } from "../config/configuration.ts";
import { type Decision, decideStale, type Staleness } from "../decision/decide.ts";
import { isIndexOfCommit } from "../evidence/indexes.ts";
import { type ChangesSince, changesSinceEvidence, NO_CHANGES } from "../judgement/changes.ts";
import { findElsewhere, gatherFacts } from "../judgement/facts.ts";
import { reportsConflict } from "../judgement/index-tree.ts";
import { shrunkenInputs } from "../judgement/input-warnings.ts";
import { unsignedEvidence } from "../judgement/unsigned.ts";
import { problem } from "../problem.ts";
import { unreachable } from "../result.ts";
import { notStaged } from "./differing-inputs.ts";
import { stashedReportEdits } from "./framework-stash.ts";
import { type SuiteOutcome, withWarnings } from "./outcomes.ts";
import type { RunRequest } from "./request.ts";
import { refused, reuseEvidence, type Settled } from "./reuse.ts";
import { stricterSince } from "./stricter-since.ts";

/** Called with what is about to run and why, before it does. */
export type Announce = (announcement: {
  readonly suite: string;
  readonly command: string;
  readonly why: string;
}) => void;

/** Brings one suite of a commit to rest: skip, attach, run or say pending. */
export async function settleAtCommit(request: RunRequest, announce: Announce): Promise<Settled> {
  const { worktree, judged, surroundings } = request;
  const { suite, inputs, staleness } = judged;
  if (staleness === null) return untouched({ kind: "fresh", suite: suite.name, warnings: [] });
  if (judged.problems.length > 0) return untouched(refused(suite.name, judged.problems));
  const elsewhere = await findElsewhere(worktree, suite, inputs.fingerprint);
  // What explains a stale suite is asked for along with what decides about it.
  const [facts, since] =
    elsewhere === null
      ? await Promise.all([gatherFacts(worktree, request, surroundings), changesOf(request)])
      : [{ elsewhere }, NO_CHANGES];
  const decision = decideStale(facts);
  switch (decision.kind) {
    case "reuse": {
      const stashed = await stashedReportEdits(surroundings.environment, suite);
      if (stashed.length > 0) return untouched(refused(suite.name, stashed));
      return reuseEvidence(worktree, judged, decision.evidence);
    }
    case "run": {
      const settled = await run(request, announce, since, patienceOf(suite));
      return orPending(request, since, { ...settled, outcome: ofThisCommitAlone(request, settled.outcome) });
    }
    case "pending":
      return untouched(pendingOutcome(suite, decision, since));
    case "blocked":
      return untouched(blockedOutcome(request, staleness, since));
    default:
      return unreachable(decision);
  }
}

/** `gate run`: run now, unless the evidence exists already and nobody forces it. */
export async function settleOnRequest(
  request: RunRequest,
  force: boolean,
  announce: Announce,
): Promise<Settled> {
  const { worktree, judged } = request;
  const { suite, inputs } = judged;
  if (judged.problems.length > 0) return untouched(refused(suite.name, judged.problems));
  if (!force) {
    if (judged.staleness === null) return untouched(await freshOnRequest(request));
    const elsewhere = await findElsewhere(worktree, suite, inputs.fingerprint);
    if (elsewhere !== null) {
      const overlooked = await notStaged(request);
      const { outcome, attached } = await reuseEvidence(worktree, judged, elsewhere);
      return { outcome: withWarnings(outcome, overlooked), attached };
    }
  }
  const since = judged.staleness === null ? NO_CHANGES : await changesOf(request);
  return run(request, announce, since);
}

/** Somebody who asks for a run expects one: what they may have overlooked is said. */
async function freshOnRequest(request: RunRequest): Promise<SuiteOutcome> {
  const { judged, signing } = request;
  const warnings = [
    ...unsignedEvidence(judged, signing),
    ...stricterSince(judged),
    ...(await notStaged(request)),
  ];
  return { kind: "fresh", suite: judged.suite.name, warnings };
}

/** What running needs is loaded here: most commits only judge. */
async function run(
  request: RunRequest,
  announce: Announce,
  since: ChangesSince,
  patienceMs?: number,
): Promise<Settled> {
  const { suite, staleness } = request.judged;
  const { runAndAccept } = await import("./run-and-accept.ts");
  const conflict = staleness === "missing" && (await reportsConflict(request.worktree, [suite.reports]));
  const why = conflict ? "the evidence of two branches meets here" : whyDue(staleness, since);
  const announced = () => announce({ suite: suite.name, command: suite.run, why });
  const shrunken = await shrunkenInputs(request.worktree, request.tree, request.judged);
  const { outcome, attached } = await runAndAccept(request, announced, undefined, patienceMs);
  return { outcome: withWarnings(outcome, shrunken), attached };
}

/** A session is finished for what is staged, and after a refused `git commit -a` nothing of it is. */
function ofThisCommitAlone({ worktree, judged }: RunRequest, outcome: SuiteOutcome): SuiteOutcome {
  if (outcome.kind !== "refused" || !isIndexOfCommit(worktree)) return outcome;
  if (!outcome.problems.some(({ hint }) => hint?.includes("gate run --from "))) return outcome;
  const message = "git has staged what you commit for this commit alone.";
  const hint = "Before gate run --from:  git add what you commit";
  const suite = judged.suite.name;
  return {
    ...outcome,
    problems: [...outcome.problems, problem("session-unusable", message, { suite, hint })],
  };
}

/** How long a commit waits for a GPU that others use. */
function patienceOf({ onStale, commitBudgetMs, timeoutMs }: Suite): number {
  return onStale === "auto" ? commitBudgetMs : timeoutMs;
}

/** A GPU that is not to be had in time leaves a commit pending, as one that is not there does. */
function orPending({ judged: { suite } }: RunRequest, since: ChangesSince, settled: Settled): Settled {
  const { outcome } = settled;
  if (suite.onStale !== "auto" || outcome.kind !== "refused" || outcome.verdict !== null) return settled;
  const busy = outcome.problems.find(({ code }) => code === "gpu-busy");
  if (busy === undefined) return settled;
  const reason = { because: "gpu-busy", detail: busy.message } as const;
  return untouched(pendingOutcome(suite, { kind: "pending", reason }, since));
}

/** The file that matters first. */
function whyDue(staleness: Staleness | null, { changes }: ChangesSince): string {
  if (staleness === null) return "run again as asked";
  const [first, ...others] = changes;
  if (first === undefined) return WHY[staleness];
  return `${first.path} changed${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
}

function changesOf({ worktree, tree, judged, reportsDirectories }: RunRequest) {
  return changesSinceEvidence(worktree, tree, "HEAD", judged, reportsDirectories);
}

function pendingOutcome(
  suite: Suite,
  { reason }: Extract<Decision, { kind: "pending" }>,
  { changes, staleSince }: ChangesSince,
): SuiteOutcome {
  const since =
    staleSince === null ? null : { commit: staleSince.id, author: staleSince.author, date: staleSince.date };
  return { kind: "pending", suite: suite.name, reason, changes, staleSince: since };
}

function blockedOutcome(
  { worktree, judged: { suite } }: RunRequest,
  staleness: Staleness,
  { changes }: ChangesSince,
): SuiteOutcome {
  const [first] = changes;
  const message =
    first === undefined
      ? `${staleness === "missing" ? "there is " : ""}${WHY[staleness]}`
      : `${first.path} changed since ${suite.name} was run`;
  return refused(suite.name, [
    problem("stale-evidence", `${message}, and on-stale: block refuses such a commit.`, {
      path: first?.path ?? null,
      suite: suite.name,
      hint: `${isIndexOfCommit(worktree) ? "git add what you commit, then gate run" : "gate run"}, then commit again.`,
    }),
  ]);
}

const WHY: Readonly<Record<Staleness, string>> = {
  missing: "no evidence yet",
  outdated: "the evidence is of other sources",
  broken: "the evidence does not agree with itself",
  "not-accepted": "the recorded run was not accepted",
};

function untouched(outcome: SuiteOutcome): Settled {
  return { outcome, attached: null };
}
