import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEST_OUTCOMES, type TestOutcome } from "../../../src/protocol.ts";
import type { ProcessEnd, SuiteResults, TestResult } from "../../../src/suite/results.ts";
import { drawVerdict } from "../../../src/suite/verdict.ts";

const EXIT_0: ProcessEnd = { kind: "exited", code: 0 };
const STRICT = { skips: [], flaky: "refuse" } as const;

function test(outcome: TestOutcome | null, about: Partial<TestResult> = {}): TestResult {
  return {
    id: "tests/test_x.py::test_y",
    name: "test_y",
    file: "tests/test_x.py",
    outcome,
    startedAt: null,
    duration: 0.1,
    message: null,
    properties: {},
    turns: [],
    logs: [],
    ...about,
  };
}

function times(count: number, outcome: TestOutcome | null): TestResult[] {
  return Array.from({ length: count }, (_, index) => test(outcome, { id: `${outcome}-${index}` }));
}

function results(tests: readonly TestResult[], about: Partial<SuiteResults> = {}): SuiteResults {
  return { runner: { name: "pytest", version: "9" }, tests, logs: [], complete: true, doubts: [], ...about };
}

function draw(about: Partial<Parameters<typeof drawVerdict>[0]>) {
  return drawVerdict({ end: EXIT_0, results: null, outOfMemory: null, suite: STRICT, ...about });
}

describe("a pass", () => {
  it("needs every test to have passed, been expected to fail, or unexpectedly passed", () => {
    const tests = [...times(3, "passed"), ...times(1, "xfailed"), ...times(1, "xpassed")];
    const { verdict, reasons, counts } = draw({ results: results(tests) });
    expect({ verdict, reasons }).toEqual({ verdict: "passed", reasons: [] });
    expect(counts).toMatchObject({ total: 5, passed: 3, xfailed: 1, xpassed: 1, missing: 0 });
  });

  it("may hold declared skips, and flaky tests where the suite accepts them", () => {
    const tests = [test("passed"), test("skipped", { id: "a/b.py::test_gpu[x]" }), test("flaky")];
    const suite = { skips: [{ match: "a/*::test_gpu[*]", reason: "no GPU" }], flaky: "accept" } as const;
    expect(draw({ results: results(tests), suite }).verdict).toBe("passed");
  });
});

describe("a failure", () => {
  it("is named against an exit code that says all is well", () => {
    const judged = draw({
      results: results([...times(14, "passed"), ...times(1, "failed"), ...times(13, "skipped")]),
    });
    expect(judged.verdict).toBe("failed");
    expect(judged.reasons).toEqual([
      "pytest exited 0, but 1 test failed and 13 were skipped without a declared reason.",
    ]);
  });

  it("counts errors, missing and flaky tests in the same sentence", () => {
    const tests = [...times(2, "failed"), ...times(1, "error"), ...times(3, null), ...times(1, "flaky")];
    const { reasons } = draw({ results: results(tests), end: { kind: "exited", code: 1 } });
    expect(reasons).toEqual([
      "2 tests failed, 1 ended in an error, 3 never ended and 1 passed only when tried again.",
    ]);
  });

  it("stays a failure when the runner died afterwards", () => {
    const judged = draw({
      results: results(times(1, "failed")),
      end: { kind: "signalled", signal: "SIGSEGV" },
    });
    expect(judged).toMatchObject({
      verdict: "failed",
      reasons: ["pytest was killed by SIGSEGV. Before that, 1 test failed."],
    });
  });
});

describe("an incomplete run", () => {
  it.each([
    ["a test that never ended", times(1, null), EXIT_0, "pytest exited 0, but 1 test never ended."],
    [
      "an undeclared skip",
      times(1, "skipped"),
      EXIT_0,
      "pytest exited 0, but 1 test was skipped without a declared reason.",
    ],
    ["a flaky test", times(1, "flaky"), EXIT_0, "pytest exited 0, but 1 test passed only when tried again."],
    [
      "an exit code that contradicts the results",
      [],
      { kind: "exited", code: 3 },
      "pytest exited 3, but all 2 tests passed.",
    ],
    [
      "a signal after the results",
      [],
      { kind: "signalled", signal: "SIGKILL" },
      "pytest was killed by SIGKILL.",
    ],
  ] as const)("is %s", (_what, others, end, reason) => {
    expect(draw({ results: results([...times(2, "passed"), ...others]), end })).toMatchObject({
      verdict: "incomplete",
      reasons: [reason],
    });
  });

  it("is one whose results are doubtful", () => {
    const judged = draw({
      results: results(times(2, "passed"), { complete: false, doubts: ["Events were lost."] }),
    });
    expect(judged).toMatchObject({ verdict: "incomplete", reasons: ["Events were lost."] });
  });

  it("is one without structured results, whatever the exit code", () => {
    expect(draw({ results: null })).toMatchObject({
      verdict: "incomplete",
      reasons: [expect.stringMatching(/^The command exited 0\. It left no structured results/)],
    });
  });

  it("is one that could not be started", () => {
    expect(draw({ end: { kind: "not-started", reason: "sh: not found" } })).toMatchObject({
      verdict: "incomplete",
      reasons: ["The command could not be started: sh: not found."],
    });
  });

  it("is one that broke off before any test, which is not the same as having none", () => {
    expect(draw({ results: results([], { complete: false, doubts: ["Broken off."] }) }).verdict).toBe(
      "incomplete",
    );
  });
});

describe("a run without tests", () => {
  it("is one that ran none", () => {
    expect(draw({ results: results([]) })).toMatchObject({
      verdict: "no-tests",
      reasons: ["pytest ran no test."],
    });
  });

  it("is one that skipped them all, declared or not", () => {
    const suite = { skips: [{ match: "*", reason: "later" }], flaky: "refuse" } as const;
    expect(draw({ results: results(times(2, "skipped")), suite })).toMatchObject({
      verdict: "no-tests",
      reasons: ["All 2 tests were skipped."],
    });
  });
});

describe("a run that was stopped", () => {
  it("is called by its cause before its results", () => {
    const failed = results(times(1, "failed"));
    expect(draw({ results: failed, end: { kind: "interrupted" } })).toMatchObject({
      verdict: "interrupted",
      reasons: ["The run was interrupted.", "1 test failed."],
    });
    expect(draw({ results: failed, end: { kind: "timed-out" } }).verdict).toBe("timed-out");
  });
});

describe("out of memory", () => {
  it.each(["torch.OutOfMemoryError: CUDA out of memory. Tried to allocate", "CUDA error: out of memory"])(
    "is said on the runner's own words: %s",
    (text) => {
      const judged = draw({
        results: results([test("failed", { message: `E   RuntimeError\nE   ${text}` })]),
      });
      expect(judged.verdict).toBe("out-of-memory");
      expect(judged.reasons[0]).toContain(text);
    },
  );

  it("is said on the system's word", () => {
    expect(
      draw({ outOfMemory: "the kernel killed python.", end: { kind: "exited", code: 137 } }),
    ).toMatchObject({
      verdict: "out-of-memory",
      reasons: ["Out of memory: the kernel killed python."],
    });
  });

  it("is not guessed from exit code 137 or from a passing test's text", () => {
    const tests = [test("passed", { message: "CUDA out of memory" })];
    expect(draw({ results: results(tests), end: { kind: "exited", code: 137 } }).verdict).toBe("incomplete");
  });
});

describe("skip patterns", () => {
  it("match literally except for *, in any position and in linear time", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "b", "[", "]", "/", ".", ":") });
    const skippedWith = (id: string, match: string) =>
      draw({
        results: results([test("passed", { id: "other" }), test("skipped", { id })]),
        suite: { skips: [{ match, reason: "r" }], flaky: "refuse" },
      }).verdict;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), piece, (pieces, between) => {
        expect(skippedWith(pieces.join(between), pieces.join("*"))).toBe("passed");
        expect(skippedWith(`${pieces.join(between)}!`, pieces.join(between))).toBe("incomplete");
      }),
    );
    expect(skippedWith("a".repeat(50_000), `${"a*".repeat(50)}b`)).toBe("incomplete");
  });

  it("do not let two parts share characters", () => {
    const suite = { skips: [{ match: "ab*ba", reason: "r" }], flaky: "refuse" } as const;
    const tests = [test("passed", { id: "other" }), test("skipped", { id: "aba" })];
    expect(draw({ results: results(tests), suite }).verdict).toBe("incomplete");
  });
});

it("never accepts a run that holds anything but accepted outcomes", () => {
  const outcome = fc.option(fc.constantFrom(...TEST_OUTCOMES), { nil: null });
  fc.assert(
    fc.property(
      fc.array(outcome),
      fc.integer({ min: 0, max: 2 }),
      fc.boolean(),
      (outcomes, code, complete) => {
        const tests = outcomes.map((one, index) => test(one, { id: String(index) }));
        const { verdict, reasons } = draw({
          results: results(tests, { complete }),
          end: { kind: "exited", code },
        });
        const accepted = outcomes.every((one) => one === "passed" || one === "xfailed" || one === "xpassed");
        expect(verdict === "passed").toBe(accepted && outcomes.length > 0 && code === 0 && complete);
        expect(reasons.length === 0).toBe(verdict === "passed");
      },
    ),
  );
});
