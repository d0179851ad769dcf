import { crc32 } from "node:zlib";
import { z } from "zod";
import { pathTextOfPython } from "../adapters/git/paths.ts";
import {
  type GateEvent,
  type JsonObject,
  type JsonValue,
  PROTOCOL_VERSION,
  TEST_OUTCOMES,
} from "../protocol.ts";
import { isOneLine } from "./one-line.ts";

type DecodedLine =
  | { readonly kind: "event"; readonly event: GateEvent }
  /** A type that a later reporter knows: it counts, and says nothing to us. */
  | { readonly kind: "unknown-type"; readonly seq: number }
  | { readonly kind: "other-version"; readonly version: string }
  | { readonly kind: "malformed" };

const DEEPEST = 64;

const LONGEST_NAME = 4096;
const LONGEST_START = 3996;

/** Tests are called after their prompts, which may be long; as the reporter for pytest shortens them. */
function shortened(text: string): string {
  if (text.length <= LONGEST_NAME) return text;
  // Not through the middle of a character.
  const start = text.slice(0, LONGEST_START).replace(/[\uD800-\uDBFF]$/, "");
  const left = text.slice(start.length);
  return `${start}… (${left.length} more, ${crc32(left).toString(16).padStart(8, "0")})`;
}

const id = z.string().min(1).transform(shortened);
const testName = z.string().transform(shortened);
const name = z.string().max(LONGEST_NAME);
const file = z.string().max(4096).nullable().default(null);
/** By them a suite groups its tests; nobody keeps them. */
const markers = z
  .record(z.string().max(200), z.string().max(1000))
  .refine((all) => Object.keys(all).length <= 100)
  .exactOptional();
/** Becomes the name of a file. */
const component = z.string().regex(/^[\w-]{1,64}$/);
const json = z.custom<JsonValue>((value) => value !== undefined);
const object = z.custom<JsonObject>(isObject);
/** No system has a file with a NUL in its name, and no program can be asked for one. */
const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"))
  .transform(pathTextOfPython);
const paths = z.array(path);
/** Copied into the manifest, so nothing long, and nothing that its reader would refuse. */
const fact = z.string().max(200).refine(isOneLine);
const versions = z.record(fact, fact);
const seq = z.number().int().nonnegative();

const turn = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("prompt"), text: z.string(), tier: z.string().exactOptional() }),
  z.object({ kind: z.literal("thinking"), text: z.string() }),
  z.object({ kind: z.literal("tool-call"), tool: z.string(), arguments: json }),
  z.object({ kind: z.literal("tool-result"), tool: z.string(), result: json }),
  z.object({ kind: z.literal("response"), text: z.string() }),
]);

const base = { v: z.literal(PROTOCOL_VERSION), seq, time: z.iso.datetime({ offset: true }) };

const event = z.discriminatedUnion("type", [
  z.object({
    ...base,
    type: z.literal("hello"),
    role: z.enum(["main", "helper"]),
    runner: z.object({ name: fact, version: fact }),
    pid: z.number().int(),
    resumes: z.boolean().exactOptional(),
  }),
  z.object({
    ...base,
    type: z.literal("plan"),
    tests: z.array(z.object({ id, name: testName, file, markers })),
  }),
  z.object({
    ...base,
    type: z.literal("deselected"),
    option: z.string().max(1000),
    source: z.enum(["suite", "shell", "cache"]),
    tests: z.array(id).default([]),
    files: z.number().int().nonnegative().default(0),
  }),
  z.object({ ...base, type: z.literal("test-start"), id, name: testName, file, markers }),
  z.object({
    ...base,
    type: z.literal("test-end"),
    id,
    outcome: z.enum(TEST_OUTCOMES),
    // A clock that was set back makes a duration negative; that is no reason to lose a result.
    duration: z.number().transform((seconds) => Math.max(0, seconds)),
    message: z.string().nullable().default(null),
    properties: object.default({}),
  }),
  z.object({ ...base, type: z.literal("property"), id, name, value: json, add: z.boolean().exactOptional() }),
  z.object({ ...base, type: z.literal("artifact"), id: id.nullable(), path: z.string().min(1), name }),
  z.object({ ...base, type: z.literal("turn"), id, turn }),
  z.object({
    ...base,
    type: z.literal("log"),
    id: id.nullable(),
    name,
    text: z.string(),
    component: component.exactOptional(),
  }),
  z.object({ ...base, type: z.literal("reads"), id: id.nullable(), paths }),
  z.object({ ...base, type: z.literal("uses"), file: path, paths, follow: z.boolean().default(true) }),
  z.object({
    ...base,
    type: z.literal("environment"),
    language: fact,
    distributions: versions,
    accelerators: versions,
  }),
  z.object({
    ...base,
    type: z.literal("modules"),
    modules: z.array(z.object({ name: z.string().max(1000), path })),
  }),
  z.object({
    ...base,
    type: z.literal("unreported"),
    runner: z.string().max(200),
    reason: z.string().max(1000),
  }),
  z.object({ ...base, type: z.literal("end"), tests: z.number().int().nonnegative() }),
]);

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(event.options.map((option) => option.shape.type.value));

/** Never throws, whatever the line holds. */
export function decodeEvent(line: string): DecodedLine {
  const value = parse(line);
  if (!isObject(value) || isDeeperThan(value, DEEPEST)) return { kind: "malformed" };
  if (typeof value.v !== "number") return { kind: "malformed" };
  if (value.v !== PROTOCOL_VERSION) return { kind: "other-version", version: String(value.v) };
  const known = event.safeParse(value);
  if (known.success) return { kind: "event", event: known.data };
  const position = seq.safeParse(value.seq);
  const isNews = typeof value.type === "string" && !KNOWN_TYPES.has(value.type) && position.success;
  return isNews ? { kind: "unknown-type", seq: position.data } : { kind: "malformed" };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(one, levels - 1));
}
