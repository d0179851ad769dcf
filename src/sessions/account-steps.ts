import type { TestOutcome } from "../protocol.ts";
import type { AccountedTest, DomainAccount, Retries, StepAccount, StepResult } from "./account.ts";
import { addedUse } from "./model-use.ts";

/** The steps that have begun, by number. */
export function stepsOf(tests: readonly AccountedTest[]): readonly StepAccount[] {
  const begun = groupedBy(
    tests.filter(({ step }) => step !== null),
    ({ step }) => step ?? 0,
  );
  return [...begun].map(([number, own]) => stepOf(number, own)).sort((a, b) => a.number - b.number);
}

function stepOf(number: number, tests: readonly AccountedTest[]): StepAccount {
  const durations = tests.flatMap(({ duration }) => duration ?? []);
  return {
    number,
    name: tests[0]?.stepName ?? "",
    result: resultOf(tests),
    tests: tests.length,
    duration: durations.length === 0 ? null : sum(durations),
    retries: addedRetries(tests),
    use: addedUse(tests.map(({ use }) => use)),
    errors: sum(tests.map(({ errors }) => errors)),
    warnings: sum(tests.map(({ warnings }) => warnings)),
  };
}

function resultOf(tests: readonly AccountedTest[]): StepResult {
  if (tests.some(({ outcome }) => hasFailed(outcome))) return "failed";
  if (tests.some(({ state }) => state === "begun")) return "unfinished";
  return tests.every(({ outcome }) => outcome === "skipped") ? "skipped" : "success";
}

export function hasFailed(outcome: TestOutcome | null): boolean {
  return outcome === "failed" || outcome === "error";
}

function addedRetries(tests: readonly AccountedTest[]): Retries {
  return {
    count: sum(tests.map(({ retries }) => retries.count)),
    atLeast: tests.some(({ retries }) => retries.atLeast),
  };
}

/** In the order in which they were first heard of. */
export function domainsOf(tests: readonly AccountedTest[]): readonly DomainAccount[] {
  return [...groupedBy(tests, ({ domain }) => domain)].map(([domain, own]) => {
    const ended = own.flatMap(({ outcome }) => outcome ?? []);
    const counts = [...groupedBy(ended, (outcome) => outcome)].map(
      ([outcome, all]) => [outcome, all.length] as const,
    );
    return {
      domain,
      tests: own.length,
      begun: own.filter(({ state }) => state === "begun").length,
      ended: ended.length,
      outcomes: Object.fromEntries(counts),
      duration: sum(own.map(({ duration }) => duration ?? 0)),
    };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
