import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { TestResult } from "../../../src/suite/results.ts";
import { ReportsWorkshop } from "../../rig/reports-workshop.ts";
import { testResult } from "../../rig/sample-test.ts";

const workshop = new ReportsWorkshop();
afterAll(() => workshop.remove());

const NAME = "logs_summary.txt";

async function summaryOf(
  tests: readonly TestResult[],
  overrides: Parameters<ReportsWorkshop["build"]>[1] = {},
): Promise<string | undefined> {
  return workshop.texts(await workshop.build(tests, { summary: "committed", ...overrides })).get(NAME);
}

const named = (id: string, parts: Partial<TestResult> = {}) =>
  testResult({ id, name: id.split("::").at(-1) ?? id, file: id.split("::")[0] ?? null, ...parts });

describe("the committed summary", () => {
  it("is among the reports where gate.yaml says so, and in the manifest", async () => {
    const { files, manifest } = await workshop.build([named("tests/llm/a.py::one")], {
      summary: "committed",
    });
    expect(files.map(({ path }) => path)).toContain(NAME);
    expect(manifest.reports.has(NAME)).toBe(true);
    const without = await workshop.build([named("tests/llm/a.py::one")]);
    expect(without.files.map(({ path }) => path)).not.toContain(NAME);
  });

  it("tells of verdict, domains and steps, and of no time, duration or machine", async () => {
    const tests = [
      named("tests/stt/b.py::two", { outcome: "skipped", message: "no microphone" }),
      named("tests/llm/a.py::one", {
        turns: [{ kind: "prompt", text: "hello" }],
        properties: { prompt_tokens: 40, completion_tokens: 2 },
      }),
    ];
    const text = await summaryOf(tests);
    expect(text).toBe(`${"=".repeat(80)}
RUN SUMMARY
${"=".repeat(80)}
model-tests: passed
2 tests: 1 passed, 1 skipped
Command: pytest tests/model

${"=".repeat(80)}
DOMAINS
${"=".repeat(80)}
llm  1: 1 passed
stt  1: 1 skipped

${"=".repeat(80)}
STEP EXECUTION SUMMARY
${"=".repeat(80)}
Step 001: SUCCESS (retries: 0)
  - Test: tests/llm/a.py::one
  - API Calls: 1
  - Tokens (prompt/completion/total): 40 / 2 / 42
  - LLM Requests: 1
Step 002: SKIPPED (retries: 0)
  - Test: tests/stt/b.py::two
  - Model use: none recorded

${"=".repeat(80)}
MODEL USE
${"=".repeat(80)}
API Calls: 1
LLM Requests: 1
Tool Calls: 0
Tokens (prompt/completion/total): 40 / 2 / 42
Recorded by 1 of 2 tests

${"=".repeat(80)}
WHAT TESTS SAID
${"=".repeat(80)}
  tests/stt/b.py::two
    no microphone
`);
  });

  it("keeps the steps of gate.yaml together", async () => {
    const tests = [named("tests/a.py::one"), named("tests/a.py::two"), named("tests/b.py::three")];
    const text = await summaryOf(tests, { steps: { by: "file" } });
    expect(text).toContain("Step 001: SUCCESS (retries: 0)\n  - Tests: 2, tests/a.py\nStep 002:");
  });

  it("keeps together by markers, where the runner tells them", async () => {
    const tests = [
      named("tests/a.py::one", { markers: { tier: "smoke" } }),
      named("tests/b.py::two", { markers: { tier: "smoke" } }),
    ];
    const text = await summaryOf(tests, { steps: { by: "marker", marker: "tier" } });
    expect(text).toContain("Step 001: SUCCESS (retries: 0)\n  - Tests: 2, smoke\n");
  });

  it("has no text in it that was not normalised", async () => {
    const message = `skipped in ${workshop.directory}/tmp at 14:27:22`;
    const text = await summaryOf([named("tests/a.py::one", { outcome: "skipped", message })]);
    expect(text).not.toContain(workshop.directory);
    expect(text).not.toContain("14:27:22");
  });

  it("is the same of two runs with the same results, in whatever order and time they came", async () => {
    const behaviour = fc.record({
      outcome: fc.constantFrom("passed" as const, "xfailed" as const, "flaky" as const),
      message: fc.option(fc.string({ maxLength: 40 })),
      properties: fc.dictionary(fc.constantFrom("tokens", "retries", "tier"), fc.nat()),
    });
    const occasion = fc.record({
      startedAt: fc.constantFrom(null, "2026-02-13T14:27:22.250Z", "2027-01-01T00:00:00Z"),
      duration: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
    });
    const tests = fc.array(fc.tuple(behaviour, occasion, occasion, fc.nat()), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(tests, async (all) => {
        const id = (number: number) => `tests/d${number % 3}/t.py::test_${number}`;
        const first = all.map(([same, when], number) => named(id(number), { ...same, ...when }));
        const again = all
          .map(([same, , when, key], number) => ({ key, test: named(id(number), { ...same, ...when }) }))
          .toSorted((left, right) => left.key - right.key)
          .map(({ test }) => test);
        const machine = { os: "Linux 7.0 x86_64", cpus: 64, memoryBytes: 2 ** 40, node: "v24.0.0", gpus: [] };
        const run = { started: new Date("2027-01-01T00:00:00Z"), ended: new Date("2027-01-01T01:00:00Z") };
        expect(await summaryOf(again, { machine, run })).toBe(await summaryOf(first));
      }),
      { numRuns: 12 },
    );
  });
});
