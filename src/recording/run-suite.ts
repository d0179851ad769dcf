import { indexIsAbsent } from "../adapters/git/index.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { WorktreeDifference } from "../adapters/git/worktree.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";
import type { ReporterSettings } from "../protocol.ts";
import { suiteEnvironment } from "../suite/environment.ts";
import { type Execution, executeSuite } from "../suite/execute.ts";
import { gpuVariables } from "../suite/gpu.ts";
import { inheritedPytestOptions, injectReporters } from "../suite/injection.ts";
import { machineFacts } from "../suite/machine.ts";
import { ownModules } from "../suite/own-modules.ts";
import {
  createSession,
  newMark,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  saveSession,
} from "../suite/session.ts";
import { findLeaks, traces } from "./leaks.ts";
import { beginLiveRun } from "./live-run.ts";
import type { Cleared } from "./preflight.ts";
import { type FinishedSession, readSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { inputsMoved } from "./worktree.ts";

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5_000;

/** Runs the suite in the working tree. The session's record says at every moment how far it has come. */
export async function runSuite(request: RunRequest, cleared: Cleared): Promise<FinishedSession> {
  const { worktree, judged, surroundings } = request;
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
  const live = await beginLiveRun(request, cleared, folder, record);
  const execution = await execute(request, cleared, folder, record.mark);
  await live.suiteEnded();
  const { leaks, moved } = await aftermath(request, cleared.traces, execution);
  const finished = { ...record, ended: provisionalEnd(execution, leaks, moved) };
  await saveSession(folder, finished);
  const session = await readSession(worktree, suite, folder, finished, Number.POSITIVE_INFINITY);
  const { verdict, reasons } = session.record.ended;
  const unwritten = live
    .judged(verdict, reasons)
    .map((what) => warning("disk-full", what, { suite: suite.name }));
  return {
    ...session,
    problems: [...moved, ...leaks, ...leftovers(suite.name, execution), ...unwritten, ...session.problems],
  };
}

/** What the run did to the repository. An interrupted one gives no evidence, and its index may be gone. */
async function aftermath(
  request: RunRequest,
  before: readonly WorktreeDifference[],
  { end }: Execution,
): Promise<{ readonly leaks: readonly Problem[]; readonly moved: readonly Problem[] }> {
  if (end.kind === "interrupted") return { leaks: [], moved: [] };
  const [after, moved] = await Promise.all([
    traces(request.worktree, request.reportsDirectories),
    inputsMoved(request),
  ]);
  return { leaks: findLeaks(request.judged.suite, before, after), moved };
}

/** Noted as soon as the suite has ended: whatever happens from here on, `gate run --from` can go on. */
function provisionalEnd(
  { endedAt, durationMs, end, outOfMemory }: Execution,
  leaks: readonly Problem[],
  moved: readonly Problem[],
): SessionEnd {
  return {
    time: endedAt,
    durationMs,
    end,
    outOfMemory,
    verdict: end.kind === "interrupted" ? "interrupted" : "incomplete",
    reasons: ["gate did not come to read the results."],
    leaked: leaks.flatMap(({ path }) => path ?? []),
    moved: moved.flatMap(({ path }) => path ?? []),
    collected: false,
  };
}

/** A commit that dies under its hook takes its index along: then nobody waits for the result any more. */
async function execute(
  request: RunRequest,
  { gpus }: Cleared,
  folder: SessionFolder,
  mark: string,
): Promise<Execution> {
  const { worktree, judged, surroundings } = request;
  const { suite } = judged;
  const settings = await reporterSettings(request);
  const env = suiteEnvironment(surroundings.environment, {
    events: folder.events,
    artifacts: folder.artifacts,
    root: worktree.topLevel,
    sessionId: mark,
    env: { ...gpuVariables(suite.gpu, gpus), ...suite.env },
  });
  const reporters = await injectReporters(folder, surroundings.pluginsDirectory, settings, env);
  const execution = await executeSuite({
    command: suite.run,
    cwd: worktree.topLevel,
    env: { ...env, ...reporters },
    timeoutMs: suite.timeoutMs,
    graceMs: GRACE_MS,
    sessionId: mark,
    outputPath: folder.output,
    echo: surroundings.suiteOutput,
    abort: surroundings.abort,
  });
  return (await indexIsAbsent(worktree)) ? { ...execution, end: { kind: "interrupted" } } : execution;
}

async function reporterSettings({
  worktree,
  tree,
  judged: { suite },
  reportsDirectories,
  surroundings,
}: RunRequest): Promise<ReporterSettings> {
  const inputs = await listTree(worktree, tree, inputPathspecs(suite, reportsDirectories));
  const modules = ownModules(inputs.map(({ path }) => path));
  return {
    logs: suite.logs,
    maxLogBytes: suite.maxReportBytes,
    observe: suite.observe,
    ownModules: [...new Set([...modules.keys()].map((name) => name.split(".")[0] ?? name))],
    inheritedOptions: inheritedPytestOptions(suite, surroundings.environment),
    continueOnCollectionErrors: suite.expectedFailures.length > 0,
  };
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
