import type { JsonObject } from "../protocol.ts";
import type { Grouping, Readiness, Service } from "./configuration.ts";
import { parseDuration } from "./pattern.ts";
import type { WrittenGrouping, WrittenService } from "./running-schema.ts";

/** Services in file order, with every default filled in. */
export function typedServices(
  written: Readonly<Record<string, WrittenService>>,
  offsetOf: (name: string) => number,
): readonly Service[] {
  return Object.entries(written)
    .toSorted(([left], [right]) => offsetOf(left) - offsetOf(right))
    .map(([name, service]) => ({
      name,
      run: service.run,
      port: service.port ?? null,
      ready: readiness(service),
      env: textsOf(service.env),
      model: service.model ?? null,
      domain: service.domain ?? null,
      replace: service.replace,
      timeoutMs: parseDuration(service.timeout) ?? 0,
    }));
}

/** YAML's numbers and booleans as the texts that a process gets. */
export function textsOf(env: WrittenService["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]));
}

function readiness({ ready, port }: WrittenService): Readiness {
  if (ready === undefined) return port === undefined ? { by: "start" } : { by: "tcp" };
  if (typeof ready === "string") return { by: ready };
  return ready.http === undefined ? { by: "log", match: ready.log ?? "" } : { by: "http", path: ready.http };
}

/** Groups by name in file order: the first that matches counts. */
export function typedGrouping(written: WrittenGrouping, offsetOf: (name: string) => number): Grouping {
  if (typeof written === "string") return { by: written };
  if (written.marker !== undefined) return { by: "marker", marker: written.marker };
  const groups = Object.entries(written.names ?? {})
    .map(([name, match]) => ({ name, match }))
    .toSorted((left, right) => offsetOf(left.name) - offsetOf(right.name));
  return { by: "name", groups };
}

/** What of a service can change a result. */
export function servicesDefinition(services: readonly Service[]): JsonObject {
  return Object.fromEntries(
    services.map(({ name, run, port, env }) => [
      name,
      {
        run,
        ...(port === null ? {} : { port }),
        ...(Object.keys(env).length === 0 ? {} : { env }),
      },
    ]),
  );
}
