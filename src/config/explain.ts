import leven from "leven";
import { isMap, isNode, isScalar, isSeq } from "yaml";
import type { z } from "zod";
import { type Problem, problem } from "../problem.ts";
import type { Position } from "./document.ts";
import { SERVICE_KEYS } from "./running-schema.ts";
import { configurationSchema } from "./schema.ts";

interface Place {
  /** Offset in the text. */
  readonly start: number;
  readonly node: unknown;
  /** False where the last keys of the path are not in the document. */
  readonly found: boolean;
}

/** Where a path of keys leads in the document: the value, or the deepest part of the path that is there. */
export function locate(contents: unknown, path: readonly PropertyKey[]): Place {
  let node: unknown = contents;
  let start = startOf(contents) ?? 0;
  for (const key of path) {
    const next = child(node, key);
    if (next === undefined) return { start, node, found: false };
    node = next;
    start = startOf(next) ?? start;
  }
  return { start, node, found: true };
}

function child(node: unknown, key: PropertyKey): unknown {
  if (isMap(node)) return node.items.find((pair) => keyText(pair.key) === String(key))?.value ?? undefined;
  if (isSeq(node)) return node.items[Number(key)];
  return undefined;
}

const keyText = (key: unknown) => (isScalar(key) ? String(key.value) : String(key));

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

type Issue = z.core.$ZodIssue;

/** Says in our words what the schema found, with the position in the file and the nearest valid name. */
export function explainAll(
  found: readonly Issue[],
  contents: unknown,
  at: (offset: number) => Position,
): Problem[] {
  const issues = found.flatMap((issue) => ofTheMeant(issue, contents));
  const misspelt = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => pathText([...issue.path, nearestName(key, knownKeys(issue.path)) ?? key]))
      : [],
  );
  const inMisspelt = issues.flatMap(({ code, path }) =>
    code === "unrecognized_keys" ? [pathText(path)] : [],
  );
  return (
    issues
      .filter((issue) => locate(contents, issue.path).found || !misspelt.includes(pathText(issue.path)))
      // what else would be missing from a map is the key that is misspelt in it
      .filter(({ code, path }) => code !== "custom" || !inMisspelt.includes(pathText(path)))
      .flatMap((issue) => explain(issue, contents, at))
  );
}

/** Of a value that may be a word or a map: what is wrong with the one that was written. */
function ofTheMeant(issue: Issue, contents: unknown): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isWritten = isMap(locate(contents, issue.path).node) ? isAboutMap : isAboutWord;
  const meant = issue.errors.find((issues) => issues.every(isWritten));
  return meant?.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) ?? [issue];
}

const isAboutWord = ({ path, code }: Issue) => path.length === 0 && code === "invalid_value";

const isAboutMap = ({ path, code }: Issue) => path.length > 0 || code === "unrecognized_keys";

const pathText = (path: readonly PropertyKey[]) => path.map(String).join("\0");

function explain(issue: Issue, contents: unknown, at: (offset: number) => Position): Problem[] {
  const place = locate(contents, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const known = knownKeys(issue.path);
      const message = `unknown key "${key}"${within(issue.path)}.${suggest(key, known) || expectedKeys(known)}`;
      return problem("config-invalid", message, at(keyStart(place.node, key) ?? place.start));
    });
  }
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    const parent = locate(contents, issue.path.slice(0, -1));
    const expected = issue.issues[0]?.message ?? "expected another name";
    return [
      problem("config-invalid", `"${key}": ${expected}.`, at(keyStart(parent.node, key) ?? parent.start)),
    ];
  }
  return [problem("config-invalid", sentence(issue, place), at(place.start))];
}

function sentence(issue: Issue, { node, found }: Place): string {
  const subject = `${subjectOf(issue.path)}${within(issue.path.slice(0, -1))}`;
  if (!found) return `${subjectOf(issue.path)} is missing${within(issue.path.slice(0, -1))}.`;
  const value = isScalar(node) ? `, found ${asWritten(node.value)}` : "";
  if (issue.message.startsWith("expected")) {
    const word = String(isScalar(node) ? node.value : "");
    // who wrote the key of a map for a word is told of the map, and of no other word
    const isKey = issue.message.includes(`{ ${word}:`);
    const nearest = issue.code === "invalid_value" && !isKey ? issue.values.map(String) : [];
    return `${subject}: ${issue.message}${value}.${suggest(word, nearest)}`;
  }
  if (issue.code === "invalid_type") return `${subject}: expected ${kindName(issue.expected)}${value}.`;
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const nearest = isScalar(node) ? suggest(String(node.value), values) : "";
    return `${subject}: expected ${values.join(", ")}${value}.${nearest}`;
  }
  return `${subject}: ${issue.message}.`;
}

const asWritten = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : String(value));

function subjectOf(path: readonly PropertyKey[]): string {
  const name = path.at(-1);
  if (name === undefined) return "the file";
  return typeof name === "number" ? `entry ${name + 1} of "${String(path.at(-2))}"` : `"${String(name)}"`;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map of keys",
  record: "a map of names",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

const kindName = (kind: string) => KIND_NAMES[kind] ?? kind;

const within = (path: readonly PropertyKey[]) =>
  path[0] === "suites" && path.length > 1 ? ` in suite ${String(path[1])}` : "";

function keyStart(node: unknown, key: string): number | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => keyText(item.key) === key);
  return startOf(pair?.key);
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const top = configurationSchema.shape;
  if (path.length === 0) return Object.keys(top);
  if (path[0] === "signing") return Object.keys(top.signing.unwrap().shape);
  if (path[0] === "waivers") return Object.keys(top.waivers.unwrap().shape);
  if (path[0] === "sessions") return Object.keys(top.sessions.unwrap().shape);
  const suiteShape = configurationSchema.shape.suites.valueType.shape;
  if (path.length === 2) return Object.keys(suiteShape);
  if (path[2] === "services") return path.length === 4 ? SERVICE_KEYS : ["http", "log"];
  if (path[2] === "domains" || path[2] === "steps") return ["marker", "names"];
  if (path[2] === "secrets") return path.length === 3 ? ["mode", "allow"] : ["match", "rule", "reason"];
  if (path[2] !== "normalise") return ["match", "reason"];
  return path.length === 3 ? ["off", "rules"] : ["match", "replace"];
}

/** Of a suite's many keys nobody reads a list. */
const expectedKeys = (known: readonly string[]) => (known.length > 8 ? "" : ` Expected ${known.join(", ")}.`);

function suggest(word: string, known: readonly string[]): string {
  const nearest = nearestName(word, known);
  return nearest === null ? "" : ` Did you mean "${nearest}"?`;
}

function nearestName(word: string, known: readonly string[]): string | null {
  const [nearest] = known
    .map((name) => ({ name, distance: leven(word, name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .filter(({ name, distance }) => distance > 0 && distance < name.length)
    .sort((left, right) => left.distance - right.distance);
  return nearest?.name ?? null;
}
