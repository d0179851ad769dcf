import fc from "fast-check";
import { expect, it } from "vitest";
import { parseConfiguration } from "../../../src/config/parse.ts";
import type { RedRun, RedTest } from "../../../src/recording/red.ts";
import { proposalYaml, proposedEntries } from "../../../src/recording/red-proposal.ts";
import { matchesTestId } from "../../../src/suite/wildcard.ts";

const HEAD = "version: 1\nsuites:\n  model-tests:\n    run: pytest\n    inputs: [src]\n";

function test(about: Partial<RedTest>): RedTest {
  return {
    id: "t.py::test_a",
    outcome: "failed",
    expected: false,
    lines: [],
    place: null,
    raised: null,
    ...about,
  };
}

function run(...tests: readonly RedTest[]): RedRun {
  return {
    selector: "t.py",
    command: "pytest",
    log: "t.log",
    durationMs: 1,
    state: "red",
    tests,
    reasons: [],
  };
}

it("proposes one entry for each test that fails and is not expected to", () => {
  const runs = [
    run(
      test({ id: "failed", lines: ["KeyError: 'model'", "more"] }),
      test({ id: "error", outcome: "error" }),
      test({ id: "expected", expected: true }),
      test({ id: "xfailed", outcome: "xfailed", expected: true }),
      test({ id: "passed", outcome: "passed" }),
      test({ id: "skipped", outcome: "skipped" }),
      test({ id: "never ended", outcome: null }),
    ),
    run(test({ id: "failed", lines: ["KeyError: 'model'"] })),
  ];
  expect(proposedEntries({ runs })).toEqual([
    { match: "failed", reason: "red: KeyError: 'model'" },
    { match: "error", reason: "written in the red phase, and not built yet" },
  ]);
});

it("is YAML that gate.yaml takes, in a suite with such a list and in one without", () => {
  const text = fc.string({ minLength: 1, unit: "binary" });
  const failing = fc.record({ id: text, lines: fc.array(text) });
  fc.assert(
    fc.property(fc.array(failing, { minLength: 1 }), fc.boolean(), (tests, hasKey) => {
      const entries = proposedEntries({ runs: [run(...tests.map(test))] });
      const key = hasKey ? "    expected-failures:\n" : "";
      const parsed = parseConfiguration(Buffer.from(`${HEAD}${key}${proposalYaml(entries, hasKey)}\n`));
      const [suite] = parsed.ok ? parsed.value.suites : [];
      expect(suite?.expectedFailures).toEqual(
        entries.map((one) => ({ ...one, until: null, line: expect.any(Number) })),
      );
      expect(tests.every(({ id }) => entries.some(({ match }) => matchesTestId(id, match)))).toBe(true);
    }),
  );
});

it("is nothing where there is nothing to propose", () => {
  expect(proposalYaml([], false)).toBe("");
});
