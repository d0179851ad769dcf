import type { Service } from "../../config/configuration.ts";

/** Why a service is not there for the suite. */
export interface ServiceFailure {
  readonly service: string;
  /** What happened, as a sentence without its end. */
  readonly what: string;
  readonly lastLines: readonly string[];
  /** Relative to the session's directory; null where it has none. */
  readonly log: string | null;
  readonly hint: string | null;
}

/** How far a service is; what happens to it is told as it happens. */
export interface ServiceLife {
  readonly state: "starting" | "ready" | "stopped" | "died";
  /** Relative to the session's directory. */
  readonly log: string;
}

/** `svc_<domain>_<model>_<timestamp>.log`; the service's own name stands for what it does not say. */
export function serviceLog({ name, model, domain }: Service, at: Date, taken: ReadonlySet<string>): string {
  const plain = (text: string) => text.replaceAll(/[^\w.-]+/g, "-").slice(0, 60);
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
  const base = `svc_${plain(domain ?? name)}_${plain(model ?? name)}_${stamp}`;
  for (let attempt = 1; ; attempt += 1) {
    const log = `${base}${attempt === 1 ? "" : `_${attempt}`}.log`;
    if (!taken.has(log)) return log;
  }
}

/** By which the suite, and the services themselves, find a service: `GATE_SERVICE_<NAME>_PORT`. */
export function portVariables(services: readonly Service[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    services.flatMap(({ name, port }) =>
      port === null
        ? []
        : [[`GATE_SERVICE_${name.toUpperCase().replaceAll("-", "_")}_PORT`, String(port)] as const],
    ),
  );
}
