import { hostname, tmpdir } from "node:os";
import { removeTree } from "../adapters/files/files.ts";
import { GitError, ranOutOfSpace } from "../adapters/git/command.ts";
import { committerName } from "../adapters/git/identity.ts";
import { type BlobStore, storeBlobs } from "../adapters/git/store.ts";
import { attachEvidence } from "../evidence/attach.ts";
import { storeEvidence } from "../evidence/store.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import { type BuiltReports, buildReports } from "../reports/build.ts";
import type { Manifest } from "../reports/manifest.ts";
import type { PackedReads } from "../reports/read-sets.ts";
import { type RecordedFacts, recordedFacts } from "../reports/recorded-facts.ts";
import type { Result } from "../result.ts";
import { readMemorySamples } from "../sessions/peak-memory.ts";
import { userName } from "../suite/machine.ts";
import { objectionProblems } from "../suite/objections.ts";
import type { SuiteResults, Verdict } from "../suite/results.ts";
import { listSessions, saveSession, sessionPath } from "../suite/session.ts";
import { endedBetweenTests, wasCutShort } from "../suite/session-parts.ts";
import { judgeObservations } from "./observations.ts";
import type { SuiteOutcome } from "./outcomes.ts";
import { previousReports } from "./previous-reports.ts";
import { type FinishedSession, noSpace } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { resumedParts } from "./resumed-parts.ts";
import type { Settled } from "./reuse.ts";
import { signReports } from "./signing.ts";

/** Makes evidence of a finished session and attaches it, or says why it is not accepted. Nothing is lost. */
export async function acceptSession(request: RunRequest, session: FinishedSession): Promise<Settled> {
  const { suite } = request.judged;
  const { folder, judgement, results } = session;
  const observations = await judgeObservations(request, session);
  const problems = [...session.problems, ...observations.problems];
  const refuse = (reasons: readonly Problem[]) =>
    notAccepted(suite.name, folder.name, judgement.verdict, reasons);
  if (judgement.verdict !== "passed" || results === null) {
    return refuse([...verdictProblems(suite.name, session), ...problems, ...resumeHint(suite.name, session)]);
  }
  if (hasErrors(problems)) return refuse(problems);
  try {
    return await recordEvidence(request, { ...session, problems }, results, observations.reads, refuse);
  } catch (error) {
    if (ranOutOfSpace(error)) return refuse([noSpace(suite.name, folder.name)]);
    if (!(error instanceof GitError)) throw error;
    const failed = problem("git-failed", `${error.message}.`, { suite: suite.name });
    return refuse([failed, finishHint(suite.name, folder.name)]);
  }
}

async function recordEvidence(
  request: RunRequest,
  session: FinishedSession,
  results: SuiteResults,
  reads: PackedReads,
  refuse: (reasons: readonly Problem[]) => Settled,
): Promise<Settled> {
  const { worktree, judged } = request;
  const {
    suite,
    inputs: { fingerprint },
  } = judged;
  const { folder, record, judgement, problems } = session;
  const built = await storeBlobs(worktree, (store) => build(request, session, { results, reads }, store));
  if (!built.ok) return refuse(built.error);
  const signed = await signReports(request, folder, built.value);
  if (!signed.ok) return refuse([signed.error, finishHint(suite.name, folder.name)]);
  const evidence = await storeEvidence(worktree, suite.name, fingerprint, signed.value.files);
  await removeTree(folder.staging);
  await saveSession(folder, { ...record, evidence });
  const attachment = { suite: suite.name, reports: suite.reports, fingerprint, evidence };
  const attached = await attachEvidence(worktree, attachment);
  if (!attached.ok) return refuse([...attached.error, finishHint(suite.name, folder.name)]);
  const outcome: SuiteOutcome = {
    kind: "recorded",
    suite: suite.name,
    counts: judgement.counts,
    durationMs: record.ended.durationMs,
    on: record.machine.gpus[0]?.name ?? record.machine.os,
    reports: attached.value.changed,
    session: sessionPath(folder.name),
    ...resumedOf(built.value.manifest),
    warnings: [...problems, ...built.value.warnings, ...signed.value.warnings, ...attached.value.warnings],
  };
  const { before } = attached.value;
  return { outcome, attached: { suite: suite.name, reports: suite.reports, before, evidence } };
}

function resumedOf(manifest: Manifest): Pick<RecordedFacts, "resumed"> {
  const { resumed } = recordedFacts(manifest);
  return resumed === undefined ? {} : { resumed };
}

async function build(
  { worktree, tree, judged, surroundings }: RunRequest,
  { folder, record, judgement, observed }: FinishedSession,
  { results, reads }: { readonly results: SuiteResults; readonly reads: PackedReads },
  store: BlobStore,
): Promise<Result<BuiltReports, readonly Problem[]>> {
  const { suite, inputs } = judged;
  return buildReports({
    suite,
    results,
    verdict: judgement.verdict,
    fingerprint: inputs.fingerprint,
    inputs: { files: inputs.files, ignored: record.ignoredInputs },
    run: {
      started: new Date(record.started),
      ended: new Date(record.ended.time),
      ...(record.parts === undefined ? {} : { parts: resumedParts(record.parts, results) }),
    },
    machine: record.machine,
    environment: observed.environment,
    reads,
    memorySamples: await readMemorySamples(folder.directory),
    recordedBy: (await committerName(worktree)) ?? "an unknown person",
    earlierSessions: await earlierSessions(worktree.topLevel, suite.name, inputs.fingerprint, folder.name),
    previous: await previousReports(worktree, tree, suite.reports),
    topLevel: worktree.topLevel,
    session: folder.name,
    logRoots: [folder.directory],
    stagingDirectory: folder.staging,
    store,
    places: {
      repository: [worktree.topLevel],
      session: [folder.directory],
      home: surroundings.environment.HOME ?? null,
      temporary: [tmpdir()],
      host: hostname(),
      user: userName(),
    },
  });
}

/** How often this fingerprint was tried here before, and what came of it. */
async function earlierSessions(topLevel: string, suite: string, fingerprint: string, own: string) {
  const sessions = await listSessions(topLevel, suite);
  const verdicts = new Map<Verdict, number>();
  for (const { name, ended, fingerprint: other } of sessions) {
    if (other !== fingerprint || name === own) continue;
    const verdict = ended?.verdict ?? "interrupted";
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  return { earlier: [...verdicts.values()].reduce((sum, count) => sum + count, 0), verdicts };
}

function verdictProblems(suite: string, { judgement }: FinishedSession): Problem[] {
  const reasons = judgement.reasons.map((message) => problem("verdict-not-accepted", message, { suite }));
  return [...reasons, ...objectionProblems(judgement, { suite })];
}

/** Where some tests have ended, none of them badly, and others have not. */
function resumeHint(
  suite: string,
  { folder, record: { ended }, results, judgement: { objections }, canResume }: FinishedSession,
): Problem[] {
  const tests = results?.tests ?? [];
  const over = tests.filter(({ outcome }) => outcome !== null).length;
  const isLost = objections.some(({ kind }) => kind !== "missing");
  const hasRest = over > 0 && over < tests.length && !endedBetweenTests(ended, tests);
  if (!canResume || isLost || !hasRest || !wasCutShort(ended.end, results?.complete ?? true)) return [];
  const message = `${over} of ${tests.length} tests have ended, and need not run again.`;
  const hint = `To run the rest:  gate run --from ${folder.name}`;
  return [problem("session-unusable", message, { suite, hint })];
}

function finishHint(suite: string, session: string): Problem {
  return problem("session-unusable", "the suite itself has passed; nothing has to be run again.", {
    suite,
    hint: `Once the cause is gone:  gate run --from ${session}`,
  });
}

function notAccepted(
  suite: string,
  session: string,
  verdict: Verdict,
  problems: readonly Problem[],
): Settled {
  const outcome: SuiteOutcome = {
    kind: "refused",
    suite,
    problems,
    verdict,
    session: sessionPath(session),
    impossibleHere: false,
  };
  return { outcome, attached: null };
}
