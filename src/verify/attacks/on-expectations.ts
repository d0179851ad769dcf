import type { TreeEdit } from "../../adapters/git/new-commits.ts";
import type { ExpectedFailure } from "../../config/configuration.ts";
import type { ManifestTest } from "../../reports/manifest.ts";
import type { Forgery } from "./attack.ts";
import { putConfiguration, refit } from "./edits.ts";
import { withOutcome } from "./on-manifest.ts";
import type { Specimen } from "./specimen.ts";

const DAY_MS = 86_400_000;

/** gate.yaml expects a failure, the evidence is made to fit it, and its tests did something else. */
export const ON_EXPECTATIONS: readonly Forgery[] = [
  expecting("unexpected-pass", "a test that has to fail has passed", ({ test }) => named(test.id), "passed"),
  expecting(
    "retried-expectation",
    "a test that has to fail has passed on retry",
    ({ test }) => named(test.id),
    "flaky",
  ),
  expecting(
    "skipped-expectation",
    "a test that has to fail was skipped",
    ({ test }) => named(test.id),
    "skipped",
  ),
  expecting(
    "plain-failure",
    "a test that has to fail is recorded as failed, not as failed as expected",
    ({ test }) => named(test.id),
    "failed",
  ),
  expecting(
    "ended-expectation",
    "a test has failed as expected, and the expectation had ended the day before",
    ({ test, commit }) => ({ ...named(test.id), until: dayOf(commit.committedAt.getTime() - DAY_MS) }),
    "xfailed",
  ),
  expecting(
    "idle-expectation",
    "a test that there is not has to fail",
    ({ test }) => named(`${test.id}::forged`),
    "passed",
  ),
];

type Entry = Omit<ExpectedFailure, "until" | "line"> & { readonly until?: string };

function named(match: string): Entry {
  return { match, reason: "not built yet" };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function expecting(
  name: string,
  what: string,
  entry: (on: Specimen) => Entry,
  outcome: ManifestTest["outcome"],
): Forgery {
  return {
    name,
    what,
    level: "ids",
    refusedBy: ["verdict-not-accepted"],
    forge: (on) => refit(on, [expected(on, entry(on))], withOutcome(on, outcome)),
  };
}

/** gate.yaml with one expected failure more. */
function expected(on: Specimen, entry: Entry): TreeEdit {
  const known = on.suite.expectedFailures.map(({ match, reason, until }) =>
    until === null ? { match, reason } : { match, reason, until },
  );
  return putConfiguration(on, [
    [
      ["suites", on.suite.name, "expected-failures"],
      [...known, entry],
    ],
  ]);
}

/** null where everything has to fail already. */
export function expectEverything(on: Specimen): TreeEdit | null {
  return on.suite.expectedFailures.some(({ match }) => match === "*") ? null : expected(on, named("*"));
}
