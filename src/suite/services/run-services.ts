import { startWatchdog } from "../../adapters/process/watchdog.ts";
import type { Service } from "../../config/configuration.ts";
import { err, ok, type Result } from "../../result.ts";
import { clearPort } from "./clear-port.ts";
import { type ServiceFailure, type ServiceLife, serviceLog } from "./service.ts";
import {
  endedFailure,
  type Remainder,
  SERVICE_MARK,
  type StartedService,
  startService,
  stopService,
  untilReady,
} from "./start-service.ts";

export interface ServiceOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the logs go: the session's directory. */
  readonly directory: string;
  /** Marks the services' processes, in a variable of their own; unique on this machine. */
  readonly mark: string;
  readonly graceMs: number;
  readonly now: () => Date;
  readonly abort: AbortSignal;
  /** Whether an instance in the way may be ended; asked once for each. */
  readonly mayReplace: (question: string) => Promise<boolean>;
  readonly changed: (service: Service, life: ServiceLife) => void;
}

export interface RunningServices {
  /** Called as soon as one of them ends by itself; what it said last may still be on its way. */
  readonly onDeath: (take: (failure: Promise<ServiceFailure>) => void) => void;
  /** Ends all of them, children included. */
  readonly stop: () => Promise<Remainder>;
}

/** Starts the services one after the other, each when the one before is ready. Where one fails, none stays. */
export async function startServices(
  services: readonly Service[],
  options: ServiceOptions,
): Promise<Result<RunningServices, ServiceFailure | "interrupted">> {
  const watchdog = startWatchdog(`${SERVICE_MARK}=${options.mark}`, options.env.PATH);
  const started: StartedService[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    const running = started.toReversed();
    const wereAlive = running.filter(({ ending }) => ending === null);
    const remainders = await Promise.all(running.map((one) => stopService(one, options.graceMs)));
    for (const { service, log } of wereAlive) options.changed(service, { state: "stopped", log });
    watchdog.standDown();
    return {
      left: remainders.flatMap(({ left }) => left),
      unwritten: remainders.flatMap(({ unwritten }) => unwritten),
    };
  };
  for (const service of services) {
    const failure = await add(service, started, { ...options, guard: watchdog.guard });
    if (failure === null) continue;
    await stop();
    return err(failure);
  }
  const onDeath = (take: (failure: Promise<ServiceFailure>) => void) => {
    for (const one of started) {
      void one.ended.then(() => {
        if (stopping) return;
        options.changed(one.service, { state: "died", log: one.log });
        take(endedFailure(one));
      });
    }
  };
  return ok({ onDeath, stop });
}

/** Starts one more, and waits until it is ready. */
async function add(
  service: Service,
  started: StartedService[],
  options: ServiceOptions & { readonly guard: (group: number) => void },
): Promise<ServiceFailure | "interrupted" | null> {
  const { abort, changed, now } = options;
  if (abort.aborted) return "interrupted";
  const inTheWay = await clearPort(service, options);
  if (inTheWay !== null) return inTheWay;
  const log = serviceLog(service, now(), new Set(started.map((one) => one.log)));
  changed(service, { state: "starting", log });
  const one = await startService(service, log, options);
  if (!one.ok) return one.error;
  const failure = await untilReady(one.value, { abort, others: [...started], changed });
  started.push(one.value);
  return failure;
}
