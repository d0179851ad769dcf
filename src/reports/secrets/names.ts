import type { Turn } from "../../protocol.ts";
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
  const renamed = distinctIds(tests.map(({ old, made }) => ({ old, wanted: made.id })));
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

function named(test: TestResult, guard: SecretGuard): TestResult {
  const { tier } = test.properties;
  return {
    ...test,
    id: guard.text(test.id),
    name: guard.text(test.name),
    properties: typeof tier === "string" ? { ...test.properties, tier: guard.text(tier) } : test.properties,
    turns: test.turns.map((turn) => namedTurn(turn, guard)),
    logs: namedLogs(test.logs, guard),
  };
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

/** Tests that only a secret told apart are numbered, always in the same order. */
function distinctIds(
  tests: readonly { readonly old: string; readonly wanted: string }[],
): ReadonlyMap<string, string> {
  const changed = tests
    .filter(({ old, wanted }) => old !== wanted)
    .toSorted((a, b) => compareByBytes(a.old, b.old));
  const taken = new Set(tests.filter(({ old, wanted }) => old === wanted).map(({ old }) => old));
  const renamed = new Map<string, string>();
  for (const { old, wanted } of changed) {
    let id = wanted;
    for (let number = 2; taken.has(id); number += 1) id = `${wanted} (${number})`;
    taken.add(id);
    renamed.set(old, id);
  }
  return renamed;
}
