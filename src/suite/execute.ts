import { performance } from "node:perf_hooks";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { openOutputFile } from "../adapters/files/output.ts";
import { type StartedSession, startSession } from "../adapters/process/session.ts";
import { type LiveProcess, processTree } from "../adapters/process/tree.ts";
import { startWatchdog } from "../adapters/process/watchdog.ts";
import { SESSION_VARIABLE } from "../protocol.ts";
import { unreachable } from "../result.ts";
import { type OomKills, oomEvidence, readOomKills } from "./process-memory.ts";
import { copyOutput } from "./process-output.ts";
import { stopLeftovers, stopTree } from "./process-stop.ts";
import type { ProcessEnd } from "./results.ts";

export interface ExecuteOptions {
  /** For `/bin/sh -c`. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Between the signal that asks the suite to end and SIGKILL. */
  readonly graceMs: number;
  /** Becomes GATE_SESSION, by which the suite's processes are found: must be unique on this machine. */
  readonly sessionId: string;
  /** Gets the suite's output byte for byte, as does `echo`, which stays open. */
  readonly outputPath: string;
  readonly echo: Writable;
  readonly abort: AbortSignal;
  readonly oomKills?: () => OomKills;
}

export interface Execution {
  readonly end: ProcessEnd;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** What was alive after the suite's own process had ended by itself, or what not even SIGKILL ended. */
  readonly leftBehind: readonly LiveProcess[];
  /** The evidence that memory ran out, as a sentence. */
  readonly outOfMemory: string | null;
  /** Why the file of the output is not whole. */
  readonly outputProblem: string | null;
}

type Ending = Pick<Execution, "end" | "leftBehind" | "outputProblem">;
type RunningSession = Extract<StartedSession, { readonly started: true }>;
type Cause = "ended" | "timed-out" | "interrupted";

/** Output that does not grow for so long while something still holds its pipe has come to its end. */
const STALLED_MS = 1000;
/** Node's timers cannot wait longer (24.8 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs a suite's command to its end and leaves none of its processes behind. */
export async function executeSuite(options: ExecuteOptions): Promise<Execution> {
  const oomKills = options.oomKills ?? readOomKills;
  const before = oomKills();
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const ending = await run(options);
  return {
    ...ending,
    startedAt,
    endedAt: new Date().toISOString(),
    durationMs: Math.round(performance.now() - start),
    outOfMemory: oomEvidence(before, oomKills(), ending.end),
  };
}

async function run(options: ExecuteOptions): Promise<Ending> {
  if (options.abort.aborted) return withoutProcess({ kind: "interrupted" });
  const mark = `${SESSION_VARIABLE}=${options.sessionId}`;
  const watchdog = startWatchdog(mark, options.env.PATH);
  const session = await startSession(options.command, {
    cwd: options.cwd,
    env: { ...options.env, [SESSION_VARIABLE]: options.sessionId },
  });
  if (!session.started) {
    watchdog.standDown();
    return withoutProcess({ kind: "not-started", reason: session.reason });
  }
  watchdog.guard(session.pid);
  const copy = copyOutput(session.output, openOutputFile(options.outputPath), options.echo);
  const { end, leftBehind } = await follow(session, mark, options);
  const outputProblem = await copy.finish(STALLED_MS);
  session.release();
  watchdog.standDown();
  return { end, leftBehind, outputProblem };
}

function withoutProcess(end: ProcessEnd): Ending {
  return { end, leftBehind: [], outputProblem: null };
}

async function follow(
  session: RunningSession,
  mark: string,
  { timeoutMs, graceMs, abort }: ExecuteOptions,
): Promise<Pick<Ending, "end" | "leftBehind">> {
  const tree = processTree(session.pid, mark);
  const cause = await firstCause(session, timeoutMs, abort);
  switch (cause) {
    case "ended": {
      const leftBehind = await stopLeftovers(tree, graceMs);
      const end: ProcessEnd = abort.aborted ? { kind: "interrupted" } : endOf(await session.ended);
      return { end, leftBehind };
    }
    case "timed-out":
      return { end: { kind: "timed-out" }, leftBehind: await stopTree(tree, "SIGTERM", graceMs) };
    case "interrupted":
      return { end: { kind: "interrupted" }, leftBehind: await stopTree(tree, "SIGINT", graceMs) };
    default:
      return unreachable(cause);
  }
}

async function firstCause(session: RunningSession, timeoutMs: number, abort: AbortSignal): Promise<Cause> {
  const settled = new AbortController();
  const waiting = AbortSignal.any([settled.signal, abort]);
  const limit = delay(Math.min(timeoutMs, LONGEST_TIMER_MS), "timed-out" as const, { signal: waiting });
  // The timer is rejected by the user's abort, or by the end of the wait, when nobody listens any more.
  const stopped = limit.catch((): Cause => "interrupted");
  const cause = await Promise.race([session.ended.then((): Cause => "ended"), stopped]);
  settled.abort();
  return cause;
}

function endOf({
  code,
  signal,
}: {
  readonly code: number | null;
  readonly signal: string | null;
}): ProcessEnd {
  return code === null ? { kind: "signalled", signal: signal ?? "unknown" } : { kind: "exited", code };
}
