import { join } from "node:path";
import { z } from "zod";
import { readIfThere, stateOfFile } from "../adapters/files/files.ts";
import { growFile } from "../adapters/files/grown-file.ts";
import type { Happening, RunObserver, ServiceState } from "./happening.ts";

const SERVICE_STATES = "services.json";
const HEADING = '{\n  "states": [';
const ENDING = "\n  ]\n}\n";

export interface RecordedService extends ServiceState {
  /** RFC 3339: since when it is in this state. */
  readonly since: string;
}

/** `services.json`: each state that a service came into, and when. There is none where the suite has no service. */
export class ServiceStates implements RunObserver {
  readonly #path: string;
  #pending: string[] = [];
  #problem: string | null = null;

  constructor(directory: string) {
    this.#path = join(directory, SERVICE_STATES);
  }

  take(happening: Happening): void {
    if (happening.kind !== "service") return;
    const state: RecordedService = { ...happening.service, since: happening.at.toISOString() };
    this.#pending.push(`\n    ${JSON.stringify(state)}`);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const states = this.#pending.join(",");
    this.#pending = [];
    try {
      growFile(this.#path, `${stateOfFile(this.#path) === null ? HEADING : ","}${states}`, ENDING);
    } catch (error) {
      this.#problem ??= error instanceof Error ? error.message : String(error);
    }
  }

  finish(): readonly string[] {
    this.flush();
    return this.#problem === null ? [] : [`${SERVICE_STATES} is not whole: ${this.#problem}`];
  }
}

const recorded = z.object({
  states: z.array(
    z.object({
      name: z.string(),
      model: z.string().nullable(),
      domain: z.string().nullable(),
      port: z.number().nullable(),
      state: z.enum(["starting", "ready", "stopped", "died"]),
      log: z.string(),
      since: z.string(),
    }),
  ),
});

/** The last state of each service; empty where the suite has none, and in sessions of an older gate. */
export async function readServiceStates(directory: string): Promise<readonly RecordedService[]> {
  const text = (await readIfThere(join(directory, SERVICE_STATES)))?.toString("utf8") ?? "null";
  try {
    const read = recorded.safeParse(JSON.parse(text));
    const last = new Map((read.success ? read.data.states : []).map((state) => [state.name, state]));
    return [...last.values()];
  } catch {
    return [];
  }
}
