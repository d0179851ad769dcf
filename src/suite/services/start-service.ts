import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { ServiceOutput } from "../../adapters/files/service-output.ts";
import { httpStatus, takesConnections } from "../../adapters/network/answers.ts";
import { startSession } from "../../adapters/process/session.ts";
import { type ProcessTree, processTree } from "../../adapters/process/tree.ts";
import type { Service } from "../../config/configuration.ts";
import { err, ok, type Result, unreachable } from "../../result.ts";
import { stopTree } from "../process-stop.ts";
import type { ServiceFailure, ServiceLife } from "./service.ts";

/** In the environment of everything that a service starts. The suite's own processes carry another mark. */
export const SERVICE_MARK = "GATE_SERVICE";

export interface StartedService {
  readonly service: Service;
  readonly log: string;
  readonly tree: ProcessTree;
  readonly output: ServiceOutput;
  readonly ended: Promise<string>;
  /** How it ended by itself; null while it runs. */
  ending: string | null;
  readonly release: () => void;
}

interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the logs go: the session's directory. */
  readonly directory: string;
  readonly mark: string;
  /** Called with its process group: a program that writes its title over its environment loses the mark. */
  readonly guard: (group: number) => void;
}

const POLL_MS = 50;
const LAST_LINES = 10;

/** Starts a service's command; its output goes to the log from the first byte. */
export async function startService(
  service: Service,
  log: string,
  { cwd, env, directory, mark, guard }: StartOptions,
): Promise<Result<StartedService, ServiceFailure>> {
  const session = await startSession(service.run, {
    cwd,
    env: { ...env, ...service.env, [SERVICE_MARK]: mark },
  });
  if (!session.started) {
    const what = `the service ${service.name} could not be started: ${session.reason}`;
    return err({ service: service.name, what, lastLines: [], log: null, hint: null });
  }
  guard(session.pid);
  const wanted = service.ready.by === "log" ? new RegExp(service.ready.match, "u") : null;
  const output = new ServiceOutput(join(directory, log), session.output, wanted);
  const ended = session.ended.then(({ code, signal }) =>
    code === null ? `died of ${signal}` : `exited with ${code}`,
  );
  const tree = processTree(session.pid, `${SERVICE_MARK}=${mark}`);
  const one: StartedService = {
    service,
    log,
    tree,
    output,
    ended,
    ending: null,
    release: session.release,
  };
  void ended.then((how) => {
    one.ending = how;
  });
  return ok(one);
}

interface Waiting {
  readonly abort: AbortSignal;
  /** Started before it; none of them may end meanwhile. */
  readonly others: readonly StartedService[];
  readonly changed: (service: Service, life: ServiceLife) => void;
}

/** null once it is ready; otherwise why it, or one of the others, never will be. */
export async function untilReady(
  one: StartedService,
  { abort, others, changed }: Waiting,
): Promise<ServiceFailure | "interrupted" | null> {
  const { service, log } = one;
  const deadline = performance.now() + service.timeoutMs;
  for (;;) {
    if (abort.aborted) return "interrupted";
    const lost = [...others, one].find(({ ending }) => ending !== null);
    if (lost !== undefined) {
      changed(lost.service, { state: "died", log: lost.log });
      return endedFailure(lost);
    }
    if (await isReady(one)) {
      changed(service, { state: "ready", log });
      return null;
    }
    if (performance.now() >= deadline) return lateFailure(one);
    await delay(POLL_MS);
  }
}

async function isReady({ service, output }: StartedService): Promise<boolean> {
  const { ready, port } = service;
  switch (ready.by) {
    case "start":
      return true;
    case "log":
      return output.found;
    case "tcp":
      return port !== null && (await takesConnections(port));
    case "http": {
      const status = port === null ? null : await httpStatus(port, ready.path);
      return status !== null && status >= 200 && status < 300;
    }
    default:
      return unreachable(ready);
  }
}

/** What does not go as it should when services are stopped. */
export interface Remainder {
  /** Processes that could not be ended. */
  readonly left: readonly string[];
  /** Sentences about logs that are not whole. */
  readonly unwritten: readonly string[];
}

/** Ends it, children included. */
export async function stopService(
  { log, tree, output, release }: StartedService,
  graceMs: number,
): Promise<Remainder> {
  const left = await stopTree(tree, "SIGTERM", graceMs);
  await output.close();
  release();
  return {
    left: left.map(({ pid, command }) => `${pid} ${command}`),
    unwritten: output.problem === null ? [] : [`${log} is not whole: ${output.problem}`],
  };
}

export async function endedFailure({
  service,
  log,
  output,
  ending,
}: StartedService): Promise<ServiceFailure> {
  const what = `the service ${service.name} ${ending ?? "ended"}`;
  return { service: service.name, what, lastLines: await output.lastLines(LAST_LINES), log, hint: null };
}

async function lateFailure({ service, log, output }: StartedService): Promise<ServiceFailure> {
  return {
    service: service.name,
    what: `the service ${service.name} was not ready after ${service.timeoutMs / 1000} s`,
    lastLines: await output.lastLines(LAST_LINES),
    log,
    hint: null,
  };
}
