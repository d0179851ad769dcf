import { describe, expect, it } from "vitest";
import { testMetadata } from "../../../src/reports/metadata.ts";
import { renderSummary } from "../../../src/reports/summary.ts";
import type { TestResult } from "../../../src/suite/results.ts";
import { testResult, usualNormaliser } from "../../rig/sample-test.ts";

function summary(...tests: readonly Partial<TestResult>[]): string {
  return renderSummary(
    "model-tests",
    "passed",
    tests.map((parts) => {
      const test = testResult(parts);
      return { metadata: testMetadata(test, usualNormaliser()), directory: test.name };
    }),
    0,
  );
}

const HELLO: Partial<TestResult> = {
  id: "b",
  name: "test_hello",
  properties: { tier: "simple" },
  turns: [
    { kind: "tool-call", tool: "read_file", arguments: {} },
    { kind: "tool-call", tool: "search", arguments: {} },
    { kind: "tool-call", tool: "read_file", arguments: {} },
  ],
};
const SKIPPED: Partial<TestResult> = {
  id: "a",
  name: "test_gpus",
  outcome: "skipped",
  message: "needs two\nGPUs",
};

describe("the summary", () => {
  it("is for people", () => {
    expect(summary(HELLO, SKIPPED)).toBe(
      [
        "model-tests: passed",
        "2 tests: 1 passed, 1 skipped",
        "",
        "test        outcome  tier    tools",
        "test_gpus   skipped  -       -",
        "test_hello  passed   simple  read_file x2, search",
        "",
        "test_gpus: needs two GPUs",
        "",
      ].join("\n"),
    );
  });

  it("does not change with the order, the times or the durations of the tests", () => {
    const later = { startedAt: "2027-01-01T00:00:00Z", duration: 99 };
    expect(summary({ ...SKIPPED, ...later }, { ...HELLO, ...later })).toBe(summary(HELLO, SKIPPED));
  });

  it("stays one line a test whatever its name and tier are", () => {
    const odd = { id: "x", name: "a\nb\u2028c".repeat(200), properties: { tier: "x\r\n".repeat(500) } };
    expect(summary(odd).split("\n")).toHaveLength(6);
  });
});
