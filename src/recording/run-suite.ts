import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, warning } from "../problem.ts";
import { suiteEnvironment } from "../suite/environment.ts";
import { type Execution, executeSuite } from "../suite/execute.ts";
import { machineFacts } from "../suite/machine.ts";
import type { SuiteResults } from "../suite/results.ts";
import {
  createSession,
  newMark,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  saveSession,
} from "../suite/session.ts";
import { drawVerdict, type Judgement } from "../suite/verdict.ts";
import { collectLogs } from "./collect-logs.ts";
import { findLeaks, traces } from "./leaks.ts";
import type { Cleared } from "./preflight.ts";
import { keepResults, readResults } from "./read-results.ts";
import type { RunRequest } from "./request.ts";
import { inputsMoved } from "./worktree.ts";

/** A session that has come to its end, whatever that was. */
export interface FinishedSession {
  readonly folder: SessionFolder;
  readonly record: SessionRecord & { readonly ended: SessionEnd };
  readonly results: SuiteResults | null;
  readonly judgement: Judgement;
  /** What speaks against accepting it, besides its verdict, and what is only worth saying. */
  readonly problems: readonly Problem[];
}

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5_000;

/** Runs the suite in the working tree. The session's record says at every moment how far it has come. */
export async function runSuite(request: RunRequest, cleared: Cleared): Promise<FinishedSession> {
  const { worktree, judged, reportsDirectories, surroundings } = request;
  const { suite, inputs } = judged;
  const started = surroundings.now();
  const folder = await createSession(worktree.topLevel, started);
  const record: SessionRecord = {
    schema: "gate/session@1",
    name: folder.name,
    suite: suite.name,
    fingerprint: inputs.fingerprint,
    command: suite.run,
    mark: newMark(),
    started: started.toISOString(),
    machine: machineFacts(cleared.gpus),
    ignoredInputs: cleared.ignoredInputs,
    ended: null,
    evidence: null,
  };
  await saveSession(folder, record);
  const before = await traces(worktree, reportsDirectories);
  const execution = await execute(request, folder, record.mark);
  await keepResults(worktree, suite, folder);
  await collectLogs(suite, folder, worktree.topLevel, started.getTime());
  const { results, judgement } = await judgeSession(worktree, suite, folder, execution);
  const leaks = findLeaks(suite, before, await traces(worktree, reportsDirectories));
  const moved = await inputsMoved(request);
  const ended: SessionEnd = {
    time: execution.endedAt,
    durationMs: execution.durationMs,
    end: execution.end,
    outOfMemory: execution.outOfMemory,
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    leaked: leaks.flatMap(({ path }) => path ?? []),
    moved: moved.flatMap(({ path }) => path ?? []),
  };
  const finished = { ...record, ended };
  await saveSession(folder, finished);
  const problems = [...moved, ...leaks, ...leftovers(suite.name, execution)];
  return { folder, record: finished, results, judgement, problems };
}

function execute(
  { worktree, judged, surroundings }: RunRequest,
  folder: SessionFolder,
  mark: string,
): Promise<Execution> {
  const { suite } = judged;
  return executeSuite({
    command: suite.run,
    cwd: worktree.topLevel,
    env: suiteEnvironment(surroundings.environment, {
      events: folder.events,
      artifacts: folder.artifacts,
      root: worktree.topLevel,
      sessionId: mark,
      env: suite.env,
    }),
    timeoutMs: suite.timeoutMs,
    graceMs: GRACE_MS,
    sessionId: mark,
    outputPath: folder.output,
    echo: surroundings.suiteOutput,
    abort: surroundings.abort,
  });
}

/** Reads what the session left on disk and draws the verdict; gives the same answer when asked again. */
export async function judgeSession(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  { end, outOfMemory }: Pick<SessionEnd, "end" | "outOfMemory">,
): Promise<Pick<FinishedSession, "results" | "judgement">> {
  const read = await readResults(worktree, suite, folder);
  const results = read.ok ? read.value : null;
  const judgement = drawVerdict({ end, results, outOfMemory, suite });
  if (read.ok) return { results, judgement };
  return { results, judgement: { ...judgement, reasons: [...judgement.reasons, read.error.message] } };
}

function leftovers(suite: string, { leftBehind, outputProblem }: Execution): Problem[] {
  const hint = "Let the suite stop what it starts before it ends.";
  const left = leftBehind.map(({ pid, command }) =>
    warning("left-processes", `the suite left a process running, which was stopped: ${pid} ${command}`, {
      suite,
      hint,
    }),
  );
  if (outputProblem === null) return left;
  return [
    ...left,
    warning("disk-full", `the session's output.log is not whole: ${outputProblem}.`, { suite }),
  ];
}
