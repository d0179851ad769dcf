import type { Writable } from "node:stream";
import { indexIsAbsent } from "../adapters/git/index.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { WorktreeDifference } from "../adapters/git/worktree.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";
import type { ReporterSettings } from "../protocol.ts";
import { summarise } from "../sessions/summary-file.ts";
import { suiteEnvironment } from "../suite/environment.ts";
import { type Execution, executeSuite } from "../suite/execute.ts";
import { inheritedOptions, injectReporters } from "../suite/injection.ts";
import { machineFacts } from "../suite/machine.ts";
import { ownModules } from "../suite/own-modules.ts";
import type { ProcessEnd } from "../suite/results.ts";
import {
  createSession,
  isDiskFullAround,
  newMark,
  partFolder,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  saveSession,
} from "../suite/session.ts";
import { withPartEnded } from "../suite/session-parts.ts";
import { completeResults } from "./complete-results.ts";
import { findLeaks, traces } from "./leaks.ts";
import { beginLiveRun, type LiveRun } from "./live-run.ts";
import { ownPackages } from "./own-packages.ts";
import { pinsMoved } from "./pins.ts";
import type { Cleared } from "./preflight.ts";
import { type FinishedSession, readSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { executeAmongServices, replaceInstances, type Served } from "./services.ts";
import { inputsMoved } from "./worktree.ts";

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5_000;

/** Runs the suite in the working tree. The session's record says at every moment how far it has come. */
export async function runSuite(request: RunRequest, cleared: Cleared): Promise<FinishedSession> {
  const { worktree, judged, surroundings } = request;
  const { suite, inputs } = judged;
  await completeResults(worktree.topLevel);
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
    groupings: { domains: suite.domains, steps: suite.steps },
  };
  await saveSession(folder, record);
  return runPart(request, cleared, folder, record);
}

/** Runs the suite's command in a session that has been begun: from the start, or what is left of one cut short. */
export async function runPart(
  request: RunRequest,
  cleared: Cleared,
  folder: SessionFolder,
  record: SessionRecord,
): Promise<FinishedSession> {
  const { worktree, judged, surroundings } = request;
  const { suite } = judged;
  const place = partFolder(folder, record.parts?.length ?? 1);
  await replaceInstances(suite.services, surroundings);
  const live = await beginLiveRun(request, cleared, place, record);
  const { execution, problems } = await executeServed(request, cleared, place, record.mark, live).finally(
    () => live.suiteEnded(),
  );
  const full = isDiskFullAround(folder);
  const { leaks, moved } = await aftermath(request, record.started, cleared.traces, execution);
  const end = provisionalEnd(execution, leaks, moved);
  const finished = withPartEnded({ ...record, ended: { ...end, ...(full ? { diskFull: full } : {}) } });
  await saveSession(folder, finished);
  const session = await readSession(worktree, suite, folder, finished, Number.POSITIVE_INFINITY);
  const { verdict, reasons } = session.record.ended;
  const unwritten = [
    ...(await live.judged({ verdict, reasons, tests: session.results?.tests ?? [] })),
    ...(await summarise(folder, session.record, "ended")),
  ].map((what) => warning("disk-full", what, { suite: suite.name }));
  return {
    ...session,
    problems: [
      ...problems,
      ...moved,
      ...leaks,
      ...leftovers(suite.name, execution),
      ...unwritten,
      ...session.problems,
    ],
  };
}

/** What the run did to the repository. An interrupted one gives no evidence, and its index may be gone. */
async function aftermath(
  request: RunRequest,
  began: string,
  before: readonly WorktreeDifference[],
  { end }: Execution,
): Promise<{ readonly leaks: readonly Problem[]; readonly moved: readonly Problem[] }> {
  if (end.kind === "interrupted") return { leaks: [], moved: [] };
  const { worktree, tree, judged, surroundings } = request;
  const home = surroundings.environment.HOME ?? null;
  const [after, moved, pins] = await Promise.all([
    traces(worktree, request.reportsDirectories),
    inputsMoved(request, began),
    pinsMoved(worktree, tree, judged.suite, home, began),
  ]);
  return { leaks: findLeaks(judged.suite, before, after), moved: [...moved, ...pins] };
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
async function executeServed(
  request: RunRequest,
  { variables: gpu }: Cleared,
  folder: SessionFolder,
  mark: string,
  live: LiveRun,
): Promise<{ readonly execution: Execution; readonly problems: readonly Problem[] }> {
  const { worktree, judged, surroundings } = request;
  const { execution, problems } = await executeAmongServices(
    {
      suite: judged.suite,
      cwd: worktree.topLevel,
      surroundings,
      variables: gpu,
      session: folder,
      mark,
      changed: live.service,
    },
    (served) => {
      const variables = { ...served.variables, ...gpu };
      return execute(request, folder, mark, { ...served, variables, echo: live.suiteOutput });
    },
  );
  const end: ProcessEnd = { kind: "interrupted" };
  return { execution: (await indexIsAbsent(worktree)) ? { ...execution, end } : execution, problems };
}

async function execute(
  request: RunRequest,
  folder: SessionFolder,
  mark: string,
  { variables, abort, echo }: Served & { readonly echo: Writable },
): Promise<Execution> {
  const { worktree, judged, surroundings } = request;
  const { suite } = judged;
  const { ended } = folder;
  const settings = { ...(await reporterSettings(request)), ...(ended === null ? {} : { ended }) };
  const env = suiteEnvironment(surroundings.environment, {
    events: folder.events,
    artifacts: folder.artifacts,
    root: worktree.topLevel,
    sessionId: mark,
    env: { ...variables, ...suite.env },
  });
  const reporters = await injectReporters(folder, surroundings.pluginsDirectory, settings, env);
  return executeSuite({
    command: suite.run,
    cwd: worktree.topLevel,
    env: { ...env, ...reporters },
    timeoutMs: suite.timeoutMs,
    graceMs: GRACE_MS,
    sessionId: mark,
    outputPath: folder.output,
    echo,
    abort,
  });
}

async function reporterSettings({
  worktree,
  tree,
  judged: { suite },
  reportsDirectories,
  surroundings,
}: RunRequest): Promise<ReporterSettings> {
  const inputs = await listTree(worktree, tree, inputPathspecs(suite, reportsDirectories));
  const paths = inputs.map(({ path }) => path);
  const modules = ownModules(paths);
  const packages = suite.observe ? await ownPackages(worktree, tree, paths) : new Map();
  return {
    logs: suite.logs,
    maxLogBytes: suite.maxReportBytes,
    observe: suite.observe,
    ownModules: [...new Set([...modules.keys()].map((name) => name.split(".")[0] ?? name))],
    ownPackages: [...packages.keys()],
    ...inheritedOptions(suite, surroundings.environment),
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
