import { join } from "node:path";
import { listDirectory, readIfThere } from "../adapters/files/files.ts";
import { type JsonObject, TEST_OUTCOMES, type TestOutcome } from "../protocol.ts";

/** One result of a `<domain>.json`. */
export interface DomainResult {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly step: number | null;
  readonly outcome: TestOutcome;
  /** Seconds. */
  readonly duration: number;
  /** RFC 3339. */
  readonly ended: string;
  readonly message: string | null;
  readonly properties: JsonObject;
}

/** The results of each domain, as the run has written them; what is no such file is passed over. */
export async function readDomainFiles(directory: string): Promise<ReadonlyMap<string, DomainResult>> {
  const results = new Map<string, DomainResult>();
  for (const name of (await listDirectory(directory)).filter((one) => one.endsWith(".json"))) {
    const content = parse((await readIfThere(join(directory, name)))?.toString("utf8") ?? "");
    if (!isObject(content) || typeof content.domain !== "string" || !Array.isArray(content.results)) continue;
    for (const result of content.results) {
      const read = resultIn(result, content.domain);
      if (read !== null) results.set(read.id, read);
    }
  }
  return results;
}

function resultIn(value: unknown, domain: string): DomainResult | null {
  if (!isObject(value) || typeof value.id !== "string") return null;
  const outcome = TEST_OUTCOMES.find((one) => one === value.outcome);
  if (outcome === undefined) return null;
  return {
    id: value.id,
    name: typeof value.name === "string" ? value.name : value.id,
    domain,
    step: typeof value.step === "number" ? value.step : null,
    outcome,
    duration: typeof value.duration_s === "number" ? value.duration_s : 0,
    ended: typeof value.ended === "string" ? value.ended : "",
    message: typeof value.message === "string" ? value.message : null,
    properties: isObject(value.properties) ? value.properties : {},
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
