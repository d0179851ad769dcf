import type { Service } from "../config/configuration.ts";
import { type Problem, problem, warning } from "../problem.ts";
import type { ServiceState } from "../sessions/happening.ts";
import { inheritedEnvironment } from "../suite/environment.ts";
import type { Execution } from "../suite/execute.ts";
import type { ProcessEnd } from "../suite/results.ts";
import { clearPort } from "../suite/services/clear-port.ts";
import { startServices } from "../suite/services/run-services.ts";
import { portVariables, type ServiceFailure } from "../suite/services/service.ts";
import type { Remainder } from "../suite/services/start-service.ts";
import { sessionPath } from "../suite/session.ts";
import type { Surroundings } from "./request.ts";

const GRACE_MS = 5_000;

interface Needs {
  readonly suite: { readonly name: string; readonly services: readonly Service[] };
  readonly cwd: string;
  readonly surroundings: Pick<Surroundings, "environment" | "abort" | "now">;
  /** Variables that the suite gets as well, such as which GPUs there are. */
  readonly variables: Readonly<Record<string, string>>;
  /** The logs go to its directory. */
  readonly session: { readonly name: string; readonly directory: string };
  readonly mark: string;
  readonly changed: (service: ServiceState) => void;
}

/** For what runs while the services do. */
export interface Served {
  /** Where the services are. */
  readonly variables: Readonly<Record<string, string>>;
  /** Fires when the person interrupts, and as soon as a service has died. */
  readonly abort: AbortSignal;
}

type Attended<T> =
  /** They did not come up: nothing was run. */
  | { readonly kind: "not-up"; readonly failure: ServiceFailure | "interrupted" }
  | {
      readonly kind: "ran";
      readonly value: T;
      /** The one that died meanwhile; null where none did. */
      readonly died: ServiceFailure | null;
      readonly remainder: Remainder;
    };

/**
 * Ends the instances that listen already where gate.yaml says `replace: true` and nobody at the terminal says no.
 * Before the screen opens, which has no room for a question; what is in the way after that is found at the start.
 */
export async function replaceInstances(
  services: readonly Service[],
  { ask }: Pick<Surroundings, "ask">,
): Promise<void> {
  const mayReplace = ask ?? (async () => true);
  for (const service of services) {
    if (service.replace) await clearPort(service, { graceMs: GRACE_MS, mayReplace });
  }
}

/** Runs something while the services do. Whatever comes of it, they are stopped. */
export async function withServices<T>(
  needs: Needs,
  body: (served: Served) => Promise<T>,
): Promise<Attended<T>> {
  const { surroundings, suite } = needs;
  const variables = portVariables(suite.services);
  if (suite.services.length === 0) {
    const value = await body({ variables, abort: surroundings.abort });
    return { kind: "ran", value, died: null, remainder: { left: [], unwritten: [] } };
  }
  const started = await startServices(suite.services, {
    cwd: needs.cwd,
    env: { ...inheritedEnvironment(surroundings.environment), ...variables, ...needs.variables },
    directory: needs.session.directory,
    mark: needs.mark,
    graceMs: GRACE_MS,
    now: surroundings.now,
    abort: surroundings.abort,
    mayReplace: async () => false,
    changed: ({ name, model, domain, port }, life) => needs.changed({ name, model, domain, port, ...life }),
  });
  if (!started.ok) return { kind: "not-up", failure: started.error };
  const death = new AbortController();
  const deaths: Promise<ServiceFailure>[] = [];
  started.value.onDeath((failure) => {
    deaths.push(failure);
    death.abort();
  });
  let stopped: Promise<Remainder> | null = null;
  const stop = () => {
    stopped ??= started.value.stop();
    return stopped;
  };
  try {
    const value = await body({ variables, abort: AbortSignal.any([surroundings.abort, death.signal]) });
    const died = (await deaths[0]) ?? null;
    return { kind: "ran", value, died, remainder: await stop() };
  } finally {
    await stop();
  }
}

interface ServedExecution {
  readonly execution: Execution;
  readonly problems: readonly Problem[];
}

/** Runs the suite's command while its services do. Where one is missing or dies, that is how the suite ended. */
export async function executeAmongServices(
  needs: Needs,
  execute: (served: Served) => Promise<Execution>,
): Promise<ServedExecution> {
  const attended = await withServices(needs, execute);
  if (attended.kind === "not-up") {
    const { failure } = attended;
    const end: ProcessEnd =
      failure === "interrupted" ? { kind: "interrupted" } : failedEnd(failure, "starting");
    const problems =
      failure === "interrupted" ? [] : [...wayOut(needs, failure), ...lastWords(needs, failure)];
    return { execution: notExecuted(end, needs.surroundings.now()), problems };
  }
  const { value, died, remainder } = attended;
  // whoever interrupts a suite that has come to its end takes nothing back of what happened to it
  const isInterrupted = needs.surroundings.abort.aborted && value.end.kind === "interrupted";
  const isCause = died !== null && !isInterrupted;
  return {
    execution: isCause ? { ...value, end: failedEnd(died, "running") } : value,
    problems: [...(isCause ? lastWords(needs, died) : []), ...remainderProblems(needs.suite.name, remainder)],
  };
}

function remainderProblems(suite: string, { left, unwritten }: Remainder): readonly Problem[] {
  return [
    ...left.map((process) =>
      warning("left-processes", `a service left a process that cannot be ended: ${process}`, { suite }),
    ),
    ...unwritten.map((what) => warning("disk-full", `${what}.`, { suite })),
  ];
}

function notExecuted(end: ProcessEnd, now: Date): Execution {
  const at = now.toISOString();
  return {
    end,
    startedAt: at,
    endedAt: at,
    durationMs: 0,
    leftBehind: [],
    outOfMemory: null,
    outputProblem: null,
  };
}

function failedEnd(failure: ServiceFailure, when: "starting" | "running"): ProcessEnd {
  const what = `${failure.what.charAt(0).toUpperCase()}${failure.what.slice(1)}`;
  const reason = when === "starting" ? `${what}; the suite was not started.` : `${what} while the suite ran.`;
  return { kind: "service-failed", when, reason };
}

/** Why a service is not there, and what it said last, line by line. */
export function serviceProblems(place: Place, failure: ServiceFailure): readonly Problem[] {
  const { what, hint } = failure;
  const reason = problem("service-failed", `${what}.`, { suite: place.suite.name, hint });
  return [reason, ...lastWords(place, failure)];
}

type Place = Pick<Needs, "suite" | "session">;

/** A port that is taken has a way out; the verdict says who is in it. */
function wayOut({ suite }: Place, { service, hint }: ServiceFailure): readonly Problem[] {
  return hint === null
    ? []
    : [problem("service-failed", `${service} was not started.`, { suite: suite.name, hint })];
}

/** What a service said last. That it failed, the verdict says. */
function lastWords({ suite, session }: Place, failure: ServiceFailure): readonly Problem[] {
  if (failure.log === null) return [];
  const { service, lastLines, log } = failure;
  const details = { suite: suite.name, hint: `All it said:  ${sessionPath(session.name)}/${log}` };
  const said = lastLines.length === 0 ? ["(nothing)"] : lastLines;
  return said.map((line) => problem("service-failed", `${service}: ${line}`, details));
}
