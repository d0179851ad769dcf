import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEST_OUTCOMES, type TestOutcome } from "../../../src/protocol.ts";
import type { ProcessEnd, SuiteResults, TestResult } from "../../../src/suite/results.ts";
import { drawVerdict, judgeRecorded } from "../../../src/suite/verdict.ts";

const EXIT_0: ProcessEnd = { kind: "exited", code: 0 };
const STRICT = { skips: [], flaky: "refuse", expectedFailures: [] } as const;
const AT = new Date("2026-02-13T14:27:22Z");

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
  const runner = { name: "pytest", version: "9" };
  return { runner, tests, deselected: 0, logs: [], complete: true, doubts: [], ...about };
}

function draw(about: Partial<Parameters<typeof drawVerdict>[0]>) {
  const run = { command: "pytest tests", end: EXIT_0, results: null, outOfMemory: null };
  return drawVerdict({ ...run, suite: STRICT, at: AT, ...about });
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
    const skips = [{ match: "a/*::test_gpu[*]", reason: "no GPU" }];
    const suite = { ...STRICT, skips, flaky: "accept" } as const;
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
      reasons: ["pytest died of SIGSEGV. Before that, 1 test failed."],
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
    expect(draw({ results: null, absence: "It left no structured results." })).toMatchObject({
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
    const suite = { ...STRICT, skips: [{ match: "*", reason: "later" }] };
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

describe("a service that failed", () => {
  const end = (when: "starting" | "running"): ProcessEnd => ({
    kind: "service-failed",
    when,
    reason: `The service llm exited with 7 (${when}).`,
  });

  it("is no failure of the suite, whatever its tests said", () => {
    expect(draw({ end: end("starting"), results: null })).toMatchObject({
      verdict: "incomplete",
      reasons: ["The service llm exited with 7 (starting)."],
    });
    const tests = [...times(2, "passed"), ...times(1, "failed"), test(null, { startedAt: "2026" })];
    expect(draw({ end: end("running"), results: results(tests, { complete: false }) })).toMatchObject({
      verdict: "incomplete",
      reasons: [
        "The service llm exited with 7 (running).",
        "1 test failed.",
        "Was running: tests/test_x.py::test_y.",
      ],
    });
    expect(draw({ end: end("running"), results: results(times(2, "passed")) }).verdict).toBe("incomplete");
  });

  it("may have run out of memory", () => {
    const outOfMemory = "the kernel killed 1 process here for want of memory (cgroup oom_kill)";
    expect(draw({ end: end("running"), outOfMemory })).toMatchObject({
      verdict: "out-of-memory",
      reasons: [`Out of memory: ${outOfMemory}`, "The service llm exited with 7 (running)."],
    });
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
        suite: { ...STRICT, skips: [{ match, reason: "r" }] },
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
    const suite = { ...STRICT, skips: [{ match: "ab*ba", reason: "r" }] };
    const tests = [test("passed", { id: "other" }), test("skipped", { id: "aba" })];
    expect(draw({ results: results(tests), suite }).verdict).toBe("incomplete");
  });
});

describe("expected failures", () => {
  const RED = { match: "tests/red.py::*", reason: "persistence is not built", until: null, line: 9 };
  const suite = { ...STRICT, expectedFailures: [RED] };
  const red = (outcome: TestOutcome | null, name = "test_a") =>
    test(outcome, { id: `tests/red.py::${name}`, message: "NotImplementedError" });
  const EXIT_1: ProcessEnd = { kind: "exited", code: 1 };

  it.each(["failed", "error"] as const)("that %s make a pass, whatever the runner exits with", (outcome) => {
    for (const end of [EXIT_0, EXIT_1]) {
      const judged = draw({ results: results([test("passed"), red(outcome)]), suite, end });
      expect(judged).toMatchObject({ verdict: "passed", reasons: [], objections: [], idle: [] });
      expect(judged.counts).toMatchObject({ passed: 1, failed: 0, errors: 0, xfailed: 1 });
      expect(judged.results?.tests.at(-1)).toMatchObject({
        outcome: "xfailed",
        message: "persistence is not built",
      });
    }
  });

  it("are no excuse for another exit code, or for exit 1 where the runner knew of them itself", () => {
    expect(
      draw({ results: results([red("failed")]), suite, end: { kind: "exited", code: 2 } }),
    ).toMatchObject({
      verdict: "incomplete",
      reasons: ["pytest exited 2, but no test failed unexpectedly."],
    });
    expect(draw({ results: results([red("xfailed")]), suite, end: EXIT_1 })).toMatchObject({
      verdict: "incomplete",
      reasons: ["pytest exited 1, but no test failed."],
    });
  });

  it.each(["pytest tests/red.py && pytest tests", "pytest tests; exit 1"])(
    "are no excuse for exit code 1 of %s",
    (command) => {
      const run = { results: results([test("passed"), red("failed")]), suite, command };
      const judged = draw({ ...run, end: EXIT_1 });
      expect(judged.verdict).toBe("incomplete");
      expect(judged.reasons).toEqual([
        expect.stringMatching(/^pytest exited 1, but no test failed unexpectedly\. .*let it be one command/),
      ]);
      expect(draw(run).verdict).toBe("passed");
    },
  );

  it("excuse a file that failed as a whole only by its name", () => {
    const broken = test("error", { id: "tests/red.py", file: "tests/red.py" });
    const run = { results: results([test("passed"), broken]), end: EXIT_1 };
    const named = (match: string) => ({ ...STRICT, expectedFailures: [{ ...RED, match }] });
    expect(draw({ ...run, suite: named("tests/red.py") }).verdict).toBe("passed");
    for (const match of ["tests/red*", "*.py", "tests/red.py*"]) {
      expect(draw({ ...run, suite: named(match) })).toMatchObject({
        verdict: "failed",
        reasons: ["1 test was a file that failed as a whole (no wildcard excuses that)."],
        objections: [{ kind: "file-error", test: { id: "tests/red.py" } }],
        idle: [],
      });
    }
  });

  it("are no excuse for another test", () => {
    const judged = draw({ results: results([test("failed"), red("failed")]), suite, end: EXIT_1 });
    expect(judged).toMatchObject({ verdict: "failed", reasons: ["1 test failed."] });
    expect(judged.objections).toMatchObject([{ kind: "failed", test: { id: "tests/test_x.py::test_y" } }]);
  });

  it.each(["passed", "xpassed", "flaky"] as const)("that %s are unexpected passes", (outcome) => {
    const tolerant = { ...suite, flaky: "accept" } as const;
    const judged = draw({
      results: results([red("failed"), red(outcome, "test_b")]),
      suite: tolerant,
      end: EXIT_1,
    });
    expect(judged).toMatchObject({
      verdict: "failed",
      reasons: ["1 test passed although expected to fail."],
      objections: [{ kind: "unexpected-pass", test: { id: "tests/red.py::test_b" } }],
    });
  });

  it("that are skipped, also where that is declared, or never end, have not failed", () => {
    const tolerant = { ...suite, skips: [{ match: "*", reason: "slow" }] };
    const tests = [test("passed"), red("skipped"), red(null, "test_b")];
    expect(draw({ results: results(tests), suite: tolerant })).toMatchObject({
      verdict: "incomplete",
      reasons: ["pytest exited 0, but 1 test never ended and 1 was skipped although expected to fail."],
    });
  });

  it("end with the last of their days", () => {
    const ending = { ...suite, expectedFailures: [{ ...RED, until: "2026-02-13" }] };
    const run = { results: results([red("failed"), test("passed")]), suite: ending, end: EXIT_1 };
    const last = new Date("2026-02-13T23:59:59.999Z");
    expect(draw({ ...run, at: last }).verdict).toBe("passed");
    const judged = draw({ ...run, at: new Date("2026-02-14T00:00:00Z") });
    expect(judged).toMatchObject({
      verdict: "failed",
      reasons: ["1 test failed.", "1 entry of expected-failures has ended."],
      idle: [{ flaw: "ended" }],
    });
  });

  it("that match no test are a no, unless the results break off", () => {
    const run = { results: results([test("passed")]), suite };
    expect(draw(run)).toMatchObject({
      verdict: "incomplete",
      reasons: ["1 entry of expected-failures matches no test."],
      idle: [{ flaw: "matches-no-test" }],
    });
    expect(draw({ ...run, results: results([test("passed")], { complete: false }) })).toMatchObject({
      idle: [],
      reasons: ["The results break off."],
    });
  });

  it("make a pass only where exactly they fail, and what is recorded says the same again", () => {
    const outcome = fc.option(fc.constantFrom(...TEST_OUTCOMES), { nil: null });
    const entry = fc.record({
      match: fc.constantFrom("a::red-*", "a::red-0", "*-1"),
      until: fc.constantFrom(null, "2026-02-12", "2026-02-13"),
    });
    const some = fc.array(fc.record({ kind: fc.constantFrom("red", "green"), outcome }), { minLength: 1 });
    fc.assert(
      fc.property(some, fc.array(entry), fc.constantFrom(0, 1), (found, entries, code) => {
        const tests = found.map((one, index) => test(one.outcome, { id: `a::${one.kind}-${index}` }));
        const policy = {
          ...STRICT,
          expectedFailures: entries.map((one) => ({ ...one, reason: "r", line: null })),
        };
        const judged = draw({ results: results(tests), suite: policy, end: { kind: "exited", code } });
        const matched = (id: string) =>
          entries.filter(({ match }) =>
            match === "a::red-*"
              ? id.startsWith("a::red-")
              : match === "a::red-0"
                ? id === match
                : id.endsWith("-1"),
          );
        const failed = (one: TestResult) => one.outcome === "failed" || one.outcome === "error";
        const exactly = tests.every((one) => {
          if (one.outcome === "xfailed") return true;
          return matched(one.id).length > 0
            ? failed(one)
            : one.outcome === "passed" || one.outcome === "xpassed";
        });
        const inForce = entries.every(({ until }) => until !== "2026-02-12");
        const claimed = entries.every((one) => tests.some(({ id }) => matched(id).includes(one)));
        const explained = code === 0 || tests.some(failed);
        expect(judged.verdict === "passed").toBe(exactly && inForce && claimed && explained);
        expect(judged.reasons.length === 0).toBe(judged.verdict === "passed");
        const again = judgeRecorded({
          end: EXIT_0,
          results: judged.results,
          outOfMemory: null,
          suite: policy,
          at: AT,
        });
        if (code === 0) expect(again).toEqual({ ...judged, results: undefined });
      }),
    );
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
