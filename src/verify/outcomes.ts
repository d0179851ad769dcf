import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { type Manifest, manifestPath } from "../reports/manifest.ts";
import { objectionProblems } from "../suite/objections.ts";
import type { SuiteResults, TestResult } from "../suite/results.ts";
import { type Judgement, judgeRecorded } from "../suite/verdict.ts";
import type { TestTally } from "./verification.ts";

/**
 * The verdict that the outcomes of the tests give under the suite's own policy. What had to fail is `xfailed` in a
 * manifest that gate wrote: any other outcome of such a test is refused.
 */
export function judgementOf(suite: Suite, manifest: Manifest, at: Date): Judgement {
  return judgeRecorded({
    end: { kind: "exited", code: 0 },
    results: resultsOf(manifest),
    outOfMemory: null,
    suite,
    at,
  });
}

/** That verdict against the one claimed. */
export function verdictProblems(suite: Suite, manifest: Manifest, judgement: Judgement): Problem[] {
  const path = `${suite.reports}/${manifestPath(suite.name)}`;
  const say = (message: string, hint: string | null = null) =>
    problem("verdict-not-accepted", message, { path, suite: suite.name, hint });
  const { verdict } = judgement;
  const objections = objectionProblems(judgement, { suite: suite.name, path });
  const rerun = "On a machine that can run it:  gate run";
  if (manifest.verdict !== "passed")
    return [say(`the recorded run of ${suite.name} ended as ${manifest.verdict}.`, rerun), ...objections];
  if (verdict === "passed") return [];
  if (judgement.objections.length === 0 && judgement.idle.length > 0)
    return [say(`${path} says passed, but its expected failures hold no more.`), ...objections];
  const message = `${path} says passed, but its tests say ${verdict}: ${tallyText(tallyOf(judgement))}.`;
  return [say(message, rerun), ...objections];
}

/** Each outcome is counted as what it is: an expected failure is not a pass, nor is a pass on retry. */
export function tallyOf({ counts }: Judgement): TestTally {
  const { total: _total, missing: _missing, ...tally } = counts;
  return tally;
}

/** `22 passed, 1 skipped, 2 failed as expected`. */
export function tallyText(tally: TestTally): string {
  const parts: readonly (readonly [number, string])[] = [
    [tally.passed, "passed"],
    [tally.failed, "failed"],
    [tally.errors, "ended in an error"],
    [tally.skipped, "skipped"],
    [tally.xfailed, "failed as expected"],
    [tally.xpassed, "passed against expectation"],
    [tally.flaky, "passed on retry"],
    [tally.deselected, "deselected"],
  ];
  const told = parts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return told.length === 0 ? "no tests" : told.join(", ");
}

function resultsOf({ runner, tests, deselected }: Manifest): SuiteResults {
  const results = [...tests].map(
    ([id, { outcome, duration, message }]): TestResult => ({
      id,
      name: id,
      file: null,
      outcome,
      startedAt: null,
      duration,
      message,
      ...UNRECORDED,
    }),
  );
  return { runner, tests: results, deselected, logs: [], complete: true, doubts: [] };
}

/** What a manifest does not say of a test. */
const UNRECORDED = { properties: {}, turns: [], logs: [] } as const;
