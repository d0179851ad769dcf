import type { JsonObject, JsonValue, Turn } from "../../protocol.ts";
import type { RunEnvironment } from "../../suite/observations.ts";
import type { LogSource, SuiteResults, TestResult } from "../../suite/results.ts";
import { compareByBytes } from "../canonical-json.ts";
import type { Found, SecretGuard } from "./guard.ts";

export interface RedactedNames {
  readonly results: SuiteResults;
  /** By the id that a test has now: what its names held. */
  readonly found: ReadonlyMap<string, readonly Found[]>;
  /** Ids that had to change, to what they are now. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Takes secrets out of what becomes file names, table rows and keys: a test id may hold a parameter. */
export function redactNames(results: SuiteResults, guard: SecretGuard): RedactedNames {
  const tests = results.tests.map((test) => ({ old: test.id, ...guard.gather(() => named(test, guard)) }));
  const renamed = distinctNames(tests.map(({ old, made }) => ({ old, wanted: made.id })));
  const idOf = (old: string) => renamed.get(old) ?? old;
  return {
    results: {
      ...results,
      logs: namedLogs(results.logs, guard),
      tests: tests.map(({ old, made }) => ({ ...made, id: idOf(old) })),
    },
    found: new Map(
      tests.flatMap(({ old, found }) => (found.length === 0 ? [] : [[idOf(old), found] as const])),
    ),
    renamed,
  };
}

/** Names of distributions and accelerators are keys of the manifest, and have their place by what they are. */
export function redactEnvironment(
  { language, distributions, accelerators }: RunEnvironment,
  guard: SecretGuard,
): RunEnvironment {
  const versions = (table: ReadonlyMap<string, string>) => new Map(namedEntries([...table], guard));
  return { language, distributions: versions(distributions), accelerators: versions(accelerators) };
}

function named(test: TestResult, guard: SecretGuard): TestResult {
  const properties = namedMembers(test.properties, guard);
  const { tier } = properties;
  return {
    ...test,
    id: guard.text(test.id),
    name: guard.text(test.name),
    properties: typeof tier === "string" ? { ...properties, tier: guard.text(tier) } : properties,
    turns: test.turns.map((turn) => namedTurn(turn, guard)),
    logs: namedLogs(test.logs, guard),
  };
}

/** What a test records is an object of metadata.json, and so is what is in it. */
function namedMembers(members: JsonObject, guard: SecretGuard): JsonObject {
  const entries = Object.entries(members).map(([key, value]) => [key, namedValue(value, guard)] as const);
  return Object.fromEntries(namedEntries(entries, guard));
}

function namedValue(value: JsonValue, guard: SecretGuard): JsonValue {
  if (value === null || typeof value !== "object") return value;
  return isList(value) ? value.map((item) => namedValue(item, guard)) : namedMembers(value, guard);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function namedEntries<T>(
  entries: readonly (readonly [string, T])[],
  guard: SecretGuard,
): readonly (readonly [string, T])[] {
  const renamed = distinctNames(entries.map(([old]) => ({ old, wanted: guard.text(old) })));
  return entries.map(([old, value]) => [renamed.get(old) ?? old, value]);
}

/** Tools and tiers are cut where the summary has them. */
function namedTurn(turn: Turn, guard: SecretGuard): Turn {
  if ("tool" in turn) return { ...turn, tool: guard.text(turn.tool) };
  return turn.kind === "prompt" && turn.tier !== undefined ? { ...turn, tier: guard.text(turn.tier) } : turn;
}

function namedLogs(logs: readonly LogSource[], guard: SecretGuard): readonly LogSource[] {
  const { made, found } = guard.gather(() => logs.map((log) => ({ ...log, name: guard.text(log.name) })));
  guard.tellOfName(found);
  return made;
}

/** What only a secret told apart is numbered, always in the same order. */
function distinctNames(
  names: readonly { readonly old: string; readonly wanted: string }[],
): ReadonlyMap<string, string> {
  const changed = names
    .filter(({ old, wanted }) => old !== wanted)
    .toSorted((a, b) => compareByBytes(a.old, b.old));
  const taken = new Set(names.filter(({ old, wanted }) => old === wanted).map(({ old }) => old));
  const renamed = new Map<string, string>();
  for (const { old, wanted } of changed) {
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted} (${number})`;
    taken.add(name);
    renamed.set(old, name);
  }
  return renamed;
}
