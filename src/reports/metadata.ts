import type { JsonObject, JsonValue } from "../protocol.ts";
import type { TestResult } from "../suite/results.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Normaliser } from "./normalise.ts";

/** What `metadata.json` says of a test's behaviour: everything but when it was recorded. */
export interface TestMetadata {
  readonly test: TestResult;
  readonly tier: string | null;
  readonly prompt: string | null;
  /** Normalised. */
  readonly message: string | null;
  readonly properties: JsonObject;
}

/** When the behaviour was recorded, and how long the test took then. */
export interface Recording {
  readonly timestamp: string;
  readonly duration: number | null;
}

/** Tier and prompt are the test's properties of these names, else those of its first prompt. */
export function testMetadata(test: TestResult, normaliser: Normaliser): TestMetadata {
  const { tier, prompt, ...properties } = test.properties;
  const first = test.turns.find((turn) => turn.kind === "prompt");
  return {
    test,
    tier: typeof tier === "string" ? tier : (first?.tier ?? null),
    prompt: typeof prompt === "string" ? prompt : (first?.text ?? null),
    message: test.message === null ? null : normaliser.text(test.message),
    // What could not be lifted stays where it was.
    properties: {
      ...properties,
      ...(tier === undefined || typeof tier === "string" ? {} : { tier }),
      ...(prompt === undefined || typeof prompt === "string" ? {} : { prompt }),
    },
  };
}

export function renderMetadata(metadata: TestMetadata, { timestamp, duration }: Recording): string {
  const { test, tier, prompt, message, properties } = metadata;
  const members: readonly (readonly [string, JsonValue])[] = [
    ["test_name", test.name],
    ["nodeid", test.id],
    ["passed", didPass(test)],
    ["outcome", test.outcome],
    ["tier", tier],
    ["duration_s", duration],
    ["prompt", prompt],
    ["timestamp", timestamp],
    ...(message === null ? [] : ([["message", message]] as const)),
    ...(Object.keys(properties).length === 0 ? [] : ([["properties", properties]] as const)),
  ];
  const lines = members.map(([key, value]) => `  ${JSON.stringify(key)}: ${canonicalJson(value, "  ")}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** A flaky or unexpected pass is a pass of the test, whatever the suite's policy makes of it. */
function didPass({ outcome }: TestResult): boolean {
  return outcome === "passed" || outcome === "flaky" || outcome === "xpassed";
}

/**
 * When the behaviour in an earlier metadata.json was recorded; null where it is another behaviour. `sealed` is what
 * becomes of the text before it is a report.
 */
export function recordingOfSame(
  metadata: TestMetadata,
  previous: string,
  sealed: (text: string) => string = (text) => text,
): Recording | null {
  const [, duration = ""] = /^ {2}"duration_s": (null|\d+(?:\.\d+)?),$/m.exec(previous) ?? [];
  const [, timestamp = ""] = /^ {2}"timestamp": "(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)",?$/m.exec(previous) ?? [];
  const recording = { timestamp, duration: duration === "null" ? null : Number(duration) };
  return sealed(renderMetadata(metadata, recording)) === previous ? recording : null;
}

/** Seconds with milliseconds; what the runner cannot mean is null. */
export function roundedSeconds(seconds: number | null): number | null {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return null;
  return Math.round(seconds * 1000) / 1000;
}

/** `2026-02-13T14:27:22Z`, whatever offset and precision it came with; null for what is no time. */
export function utcSecond(time: string | null): string | null {
  const parsed = time === null ? Number.NaN : Date.parse(time);
  if (Number.isNaN(parsed)) return null;
  const text = new Date(parsed).toISOString();
  return /^\d{4}-/.test(text) ? `${text.slice(0, 19)}Z` : null;
}
