import type { Writable } from "node:stream";
import { PROTOCOL_VERSION } from "../protocol.ts";
import { DomainResults } from "../sessions/domain-results.ts";
import { GpuLog } from "../sessions/gpu-log.ts";
import type { Happening, ServiceState } from "../sessions/happening.ts";
import { LaterObserver } from "../sessions/later-observer.ts";
import { followSuite, pastEvents } from "../sessions/live-events.ts";
import { Narrator } from "../sessions/narrator.ts";
import { ProgressionLog } from "../sessions/progression-log.ts";
import { ServiceStates } from "../sessions/service-states.ts";
import { StepLogs } from "../sessions/step-logs.ts";
import { startGpuTelemetry } from "../suite/gpu-telemetry.ts";
import type { TestResult, Verdict } from "../suite/results.ts";
import {
  lastEnd,
  partFolder,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
} from "../suite/session.ts";
import type { Cleared } from "./preflight.ts";
import type { RunRequest } from "./request.ts";
import { SystemDescription } from "./system-description.ts";

/** What a session's directory tells of a run while it runs, and ever after. */
export interface LiveRun {
  /** Where the suite's own output goes. */
  readonly suiteOutput: Writable;
  readonly service: (state: ServiceState) => void;
  /** The suite has ended: everything it said is written. */
  readonly suiteEnded: () => Promise<void>;
  /** Sentences about what could not be written. */
  readonly judged: (judgement: {
    readonly verdict: Verdict;
    readonly reasons: readonly string[];
    readonly tests: readonly TestResult[];
  }) => Promise<readonly string[]>;
}

/** Begins to tell of a run, before it starts. What goes wrong here costs a file for people, never the run. */
export async function beginLiveRun(
  request: RunRequest,
  { gpus, traces }: Cleared,
  folder: SessionFolder,
  record: SessionRecord,
): Promise<LiveRun> {
  const { worktree, judged, surroundings } = request;
  const { suite } = judged;
  const parts = record.parts?.length ?? 1;
  const [system, last, screen] = await Promise.all([
    parts > 1 ? null : describeSystem(request, folder, record, traces),
    lastEnd(worktree.topLevel, suite.name),
    surroundings.openScreen?.(),
  ]);
  const logs = logsIn(folder.directory);
  const results = [new DomainResults(folder.directory), ...(screen === undefined ? [] : [screen])];
  const narrator = new Narrator([...logs, ...results], { domains: suite.domains, steps: suite.steps });
  if (parts === 1) for (const log of logs) log.listen();
  narrator.tell(startOf(record, last));
  if (parts > 1) tellPast(request, record, narrator, logs);
  narrator.flush();
  let toldOfTests = parts > 1;
  const following = followSuite(folder, {
    event: (event) => {
      toldOfTests ||= event.type === "test-end";
      system?.event(event);
      narrator.event(event);
    },
    output: (line) => narrator.output(line, surroundings.now()),
    afterBatch: () => narrator.flush(),
  });
  const telemetry = await telemetryOf(request, gpus, record.mark, narrator);
  const suiteOutput = screen?.suiteOutput ?? (await surroundings.openSuiteOutput());
  return {
    suiteOutput,
    service: (service) => {
      narrator.tell({ kind: "service", at: surroundings.now(), service });
      narrator.flush();
    },
    suiteEnded: async () => {
      await Promise.all([following.stop(), telemetry?.stop()]);
    },
    judged: async ({ verdict, reasons, tests }) => {
      if (!toldOfTests) tellResults(tests, narrator, surroundings.now());
      narrator.tell({ kind: "run-ended", at: surroundings.now(), verdict, reason: reasons[0] ?? null });
      narrator.flush();
      return [...((await system?.finish()) ?? []), ...narrator.finish()];
    },
  };
}

function startOf(record: SessionRecord, last: SessionEnd | null): Happening {
  const { name: session, suite, command, machine, parts, started } = record;
  const at = new Date(parts?.at(-1)?.started ?? started);
  const expectedMs = last?.durationMs ?? null;
  const expectedTests = last?.tests?.total ?? null;
  const run = { session, suite, command, machine, expectedMs, expectedTests };
  return { kind: "run-started", at, run };
}

/** What the earlier parts of a resumed session said: the logs have it, and who counts has to hear it. */
function tellPast(
  { worktree, surroundings }: RunRequest,
  { name, suite, parts = [] }: SessionRecord,
  narrator: Narrator,
  logs: readonly LaterObserver[],
): void {
  const session = sessionFolder(worktree.topLevel, name);
  for (let part = 1; part < parts.length; part += 1)
    pastEvents(partFolder(session, part).events, (event) => narrator.event(event));
  for (const log of logs) log.listen();
  const text = `Resuming Test Run: ${suite} (${name}), part ${parts.length}`;
  narrator.tell({ kind: "note", at: surroundings.now(), level: "INFO", text });
}

/** A runner that leaves a file of results at its end told of no test while it ran. */
function tellResults(tests: readonly TestResult[], narrator: Narrator, now: Date): void {
  for (const { id, name, file, outcome, startedAt, duration, message, properties } of tests) {
    if (outcome === null) continue;
    const event = { v: PROTOCOL_VERSION, seq: 0, time: startedAt ?? now.toISOString(), id };
    narrator.event({ ...event, type: "test-start", name, file });
    narrator.event({ ...event, type: "test-end", outcome, duration: duration ?? 0, message, properties });
  }
}

async function telemetryOf(
  { surroundings }: RunRequest,
  gpus: Cleared["gpus"],
  mark: string,
  narrator: Narrator,
) {
  if (gpus.length === 0) return null;
  return startGpuTelemetry({
    env: surroundings.environment,
    mark,
    indexes: gpus.map(({ index }) => index),
    take: (gpu) => narrator.tell({ kind: "gpu", at: surroundings.now(), gpu }),
  });
}

function describeSystem(
  request: RunRequest,
  folder: SessionFolder,
  record: SessionRecord,
  traces: Cleared["traces"],
): Promise<SystemDescription> {
  const dirty = traces.map(({ path }) => path);
  return SystemDescription.begin(request, folder, record, dirty);
}

/** What goes on where it is when a session is resumed; the results by domain are made anew. */
function logsIn(directory: string): readonly LaterObserver[] {
  return [
    new ProgressionLog(directory),
    new StepLogs(directory),
    new GpuLog(directory),
    new ServiceStates(directory),
  ].map((log) => new LaterObserver(log));
}
