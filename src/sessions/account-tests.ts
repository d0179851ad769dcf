import type { JsonObject, TestOutcome } from "../protocol.ts";
import type { SessionRecord } from "../suite/session.ts";
import type { AccountedTest, Retries } from "./account.ts";
import type { DomainResult } from "./domain-files.ts";
import { groupOf } from "./grouping.ts";
import { modelUse } from "./model-use.ts";
import type { Groupings } from "./narrator.ts";
import type { ToldTest } from "./told-events.ts";

/** As gate.yaml has it by default; an older gate recorded nothing. */
const DEFAULT: Groupings = { domains: { by: "directory" }, steps: { by: "test" } };

/**
 * The tests of a session: what the results by domain have of them, and what only the events tell: those that have not
 * ended, what they recorded, and the last results, which a killed gate did not come to write.
 */
export function testsOf(
  record: SessionRecord,
  told: ReadonlyMap<string, ToldTest>,
  results: ReadonlyMap<string, DomainResult>,
): readonly AccountedTest[] {
  const groupings = record.groupings ?? DEFAULT;
  const judged = new Map(Object.entries(record.ended?.judged ?? {}));
  const steps = stepNumbers(told, groupings);
  const heard = [...told].map(([id, test]) => {
    const { planned, started, end } = test;
    const result = results.get(id) ?? null;
    const properties = { ...(end?.properties ?? result?.properties), ...Object.fromEntries(test.properties) };
    const outcome = judged.get(id) ?? end?.outcome ?? result?.outcome ?? null;
    const ended = outcome !== null;
    return {
      id,
      name: planned.name,
      domain: result?.domain ?? groupOf(groupings.domains, planned),
      step: result?.step ?? steps.get(id) ?? null,
      stepName: groupOf(groupings.steps, planned),
      state: ended ? ("ended" as const) : started === null ? ("planned" as const) : ("begun" as const),
      outcome,
      startedAt: started,
      endedAt: end?.time ?? result?.ended ?? null,
      duration: end?.duration ?? result?.duration ?? null,
      message: end?.message ?? result?.message ?? null,
      properties,
      use: modelUse({ property: (name) => properties[name], ...test }),
      retries: retriesOf(properties, outcome),
      errors: test.errors,
      warnings: test.warnings,
    };
  });
  const untold = [...results.values()].filter(({ id }) => !told.has(id));
  return [...heard, ...untold.map((result) => resultAlone(result, judged.get(result.id), groupings))];
}

/** Its events are gone, or its runner sent none. */
function resultAlone(
  result: DomainResult,
  judged: TestOutcome | undefined,
  { steps }: Groupings,
): AccountedTest {
  const { id, name, domain, step, duration, ended, message, properties } = result;
  const outcome = judged ?? result.outcome;
  return {
    id,
    name,
    domain,
    step,
    stepName: groupOf(steps, { id, name, file: id.includes("::") ? (id.split("::")[0] ?? null) : null }),
    state: "ended",
    outcome,
    startedAt: null,
    endedAt: ended,
    duration,
    message,
    properties,
    use: modelUse({ property: (key) => properties[key], prompts: 0, toolCalls: 0 }),
    retries: retriesOf(properties, outcome),
    errors: 0,
    warnings: 0,
  };
}

/** Steps are numbered in the order in which they begin. */
function stepNumbers(told: ReadonlyMap<string, ToldTest>, { steps }: Groupings): ReadonlyMap<string, number> {
  const begun = [...told].flatMap(([id, { planned, started }]) =>
    started === null ? [] : [{ id, started, group: groupOf(steps, planned) }],
  );
  begun.sort((left, right) => (left.started < right.started ? -1 : left.started > right.started ? 1 : 0));
  const numbers = new Map<string, number>();
  return new Map(
    begun.map(({ id, group }) => {
      const number = numbers.get(group) ?? numbers.size + 1;
      numbers.set(group, number);
      return [id, number];
    }),
  );
}

/** A runner that tries tests again and does not count reports them as flaky. */
export function retriesOf({ retries }: JsonObject, outcome: TestOutcome | null): Retries {
  if (typeof retries === "number" && Number.isSafeInteger(retries) && retries >= 0)
    return { count: retries, atLeast: false };
  return outcome === "flaky" ? { count: 1, atLeast: true } : { count: 0, atLeast: false };
}
