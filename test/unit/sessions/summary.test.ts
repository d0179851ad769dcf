import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountedTest, ModelUse, SessionAccount } from "../../../src/sessions/account.ts";
import { domainsOf, stepsOf } from "../../../src/sessions/account-steps.ts";
import { sessionSummary } from "../../../src/sessions/summary.ts";
import { ENDED, sessionRecord } from "../../rig/session-directory.ts";

function test(number: number, given: Partial<AccountedTest> = {}): AccountedTest {
  const id = `tests/llm/test_${number}.py::test_it`;
  return {
    id,
    name: "test_it",
    domain: "llm",
    step: number,
    stepName: id,
    state: "ended",
    outcome: "passed",
    startedAt: "2026-02-13T14:27:23.000Z",
    endedAt: "2026-02-13T14:27:24.000Z",
    duration: 1,
    message: null,
    properties: {},
    use: null,
    retries: { count: 0, atLeast: false },
    errors: 0,
    warnings: 0,
    ...given,
  };
}

function account(tests: readonly AccountedTest[], given: Partial<SessionAccount> = {}): SessionAccount {
  return {
    record: sessionRecord(),
    state: "ended",
    runner: null,
    resumes: false,
    tests,
    domains: domainsOf(tests),
    steps: stepsOf(tests),
    services: [],
    complaints: [],
    errors: 0,
    warnings: 0,
    peakVramMiB: null,
    archive: null,
    files: [],
    directories: [],
    bytes: 0,
    ...given,
  };
}

const use = (requests: number, prompt: number, completion: number): ModelUse => ({
  apiCalls: requests,
  llmRequests: requests,
  toolCalls: 0,
  tokens: { prompt, completion, total: prompt + completion },
});

/** Of characters that take two columns, one counts as two. */
const columns = (line: string) =>
  [...line].reduce((width, one) => width + (one >= " " && one <= "~" ? 1 : 2), 0);

describe("logs_summary.txt", () => {
  it("tells of the run and of each step, as people read it", () => {
    const tests = [
      test(1, { duration: 154, use: use(12, 1234, 567) }),
      test(2, { duration: 105, use: use(0, 0, 0), retries: { count: 1, atLeast: true } }),
      test(3, { outcome: "failed", message: "assert 1 == 2\nwhere", errors: 2 }),
    ];
    const record = sessionRecord({
      ended: { ...ENDED, verdict: "failed", reasons: ["1 test failed."], durationMs: 1_287_000 },
    });
    const text = sessionSummary(account(tests, { record }));
    expect(text).toContain("Run ID: RUN_20260213_142722\nSuite: model-tests\nCommand: pytest tests/model\n");
    expect(text).toContain("Verdict: FAILED\nReason: 1 test failed.\nTests: 3: 2 passed, 1 failed\n");
    expect(text).toContain(
      "Started: 2026-02-13T14:27:22Z\nCompleted: 2026-02-13T14:29:35Z\nDuration: 21m 27s\n",
    );
    expect(text).toContain(`
Step 001: SUCCESS (duration: 2m 34s, retries: 0)
  - Test: tests/llm/test_1.py::test_it
  - API Calls: 12
  - Tokens (prompt/completion/total): 1234 / 567 / 1801
  - LLM Requests: 12
Step 002: SUCCESS (duration: 1m 45s, retries: 1+)
  - Test: tests/llm/test_2.py::test_it
  - API Calls: 0
  - Tokens (prompt/completion/total): 0 / 0 / 0
  - LLM Requests: 0
  - Note: Template-based generation (no LLM calls)
Step 003: FAILED (duration: 1.0s, retries: 0)
  - Test: tests/llm/test_3.py::test_it
  - Model use: none recorded
  - Errors: 2, warnings: 0
`);
    expect(text).toContain("Failed tests: 1\n  tests/llm/test_3.py::test_it\n    assert 1 == 2\n");
    expect(text).toContain(
      "Tokens (prompt/completion/total): 1,234 / 567 / 1,801\nRecorded by 2 of 3 tests\n",
    );
  });

  it("gives of a failure the line that says what went wrong, also of pytest's", () => {
    const message =
      "def test_it():\n>       assert tier == 1\nE       AssertionError: assert 2 == 1\n\na.py:3: AssertionError";
    const text = sessionSummary(account([test(1, { outcome: "failed", message })]));
    expect(text).toContain("  tests/llm/test_1.py::test_it\n    AssertionError: assert 2 == 1\n");
  });

  it("does not speak of models where no test recorded any", () => {
    const text = sessionSummary(account([test(1)]));
    expect(text).not.toContain("Tokens (prompt");
    expect(text).not.toContain("Template-based");
    expect(text).toContain("No test recorded prompts, calls or tokens of a model.\n");
  });

  it("says of 100,000 steps which ones it shows: those that failed, then the slowest", () => {
    const tests = Array.from({ length: 100_000 }, (_, index) =>
      test(index + 1, {
        duration: index === 70_000 ? 900 : 1,
        ...(index === 50_000 ? { outcome: "failed" as const } : {}),
      }),
    );
    const text = sessionSummary(account(tests));
    const shown = [...text.matchAll(/^Step (\d+): (\w+)/gm)].map(([, number, word]) => `${number} ${word}`);
    expect(shown.slice(0, 3)).toEqual(["50001 FAILED", "70001 SUCCESS", "001 SUCCESS"]);
    const rest = (100_000 - shown.length).toLocaleString("en-US");
    expect(text).toContain(`\nand ${rest} more: ${rest} succeeded\n`);
    expect(text).toContain(`${shown.length} of 100,000 steps: the failed ones, then the slowest\n`);
    expect(Buffer.byteLength(text)).toBeLessThan(10_240);
  });

  it("tells of a killed run and of one that runs what they are", () => {
    const unfinished = test(1, { state: "begun", outcome: null, duration: null });
    const record = sessionRecord({ ended: null });
    const killed = sessionSummary(account([unfinished], { record, state: "crashed" }));
    expect(killed).toContain("Verdict: none, it was killed before its suite had ended\n");
    expect(killed).toContain("Step 001: UNFINISHED (retries: 0)\n");
    expect(killed).toContain("  Not finished: tests/llm/test_1.py::test_it\n");
    const running = sessionSummary(account([unfinished], { record, state: "running" }));
    expect(running).toContain("Verdict: none yet, it is running\n");
  });

  it("has the archive's size and digest once there is one", () => {
    expect(sessionSummary(account([]))).toContain("gate archive RUN_20260213_142722\n");
    const archive = { name: "run.tar.gz", bytes: 1_572_864, sha256: "a1".repeat(32) };
    expect(sessionSummary(account([], { archive }))).toContain(
      `Archive: run.tar.gz\nSize: 1.5 MiB (1,572,864 bytes)\nSHA-256: ${"a1".repeat(32)}\n`,
    );
  });

  it("keeps to 80 columns and about 10 KB, whatever the run holds", () => {
    const text = fc.string({ unit: "binary", maxLength: 400 });
    const anyTest = fc
      .record({
        id: text,
        domain: text,
        stepName: text,
        message: fc.option(text),
        step: fc.nat({ max: 500 }),
        outcome: fc.constantFrom("passed" as const, "failed" as const, "skipped" as const, null),
        duration: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        use: fc.option(
          fc
            .tuple(fc.nat(), fc.nat(), fc.nat())
            .map(([requests, prompt, completion]) => use(requests, prompt, completion)),
        ),
      })
      .map((given) => test(1, given));
    const complaint = fc.record({
      level: fc.constantFrom("ERROR" as const, "WARNING" as const),
      test: fc.option(text),
      source: text,
      text,
    });
    const run = fc.record({ command: text, suite: text, reasons: fc.array(text, { maxLength: 40 }) });
    fc.assert(
      fc.property(
        fc.array(anyTest, { maxLength: 400 }),
        fc.array(complaint, { maxLength: 200 }),
        run,
        (tests, complaints, { command, suite, reasons }) => {
          const record = sessionRecord({ command, suite, ended: { ...ENDED, reasons } });
          const summary = sessionSummary(account(tests, { record, complaints, errors: complaints.length }));
          expect(summary.split("\n").filter((line) => columns(line) > 80)).toEqual([]);
          expect(Buffer.byteLength(summary)).toBeLessThan(12_288);
          expect(summary).not.toMatch(/(?!\n)\p{Cc}/u);
        },
      ),
      { numRuns: 60 },
    );
  });
});
