import { TEST_OUTCOMES, type TestOutcome } from "../protocol.ts";

/** What a committed `metadata.json` claims of its test. */
export interface ReadMetadata {
  readonly id: string;
  readonly name: string;
  readonly outcome: TestOutcome;
  readonly passed: boolean;
}

/** null for what is not the JSON of one test's metadata. */
export function readMetadata(bytes: Uint8Array | null): ReadMetadata | null {
  if (bytes === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const members = new Map<string, unknown>(Object.entries(value));
  const [id, name, passed] = [members.get("nodeid"), members.get("test_name"), members.get("passed")];
  const outcome = TEST_OUTCOMES.find((one) => one === members.get("outcome"));
  if (typeof id !== "string" || typeof name !== "string" || typeof passed !== "boolean") return null;
  return outcome === undefined ? null : { id, name, outcome, passed };
}
