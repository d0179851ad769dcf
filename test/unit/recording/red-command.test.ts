import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { redCommand } from "../../../src/recording/red-command.ts";

it("leaves the command of a pytest suite, and of one that reads GATE_TESTS, as it is", () => {
  for (const run of ["uv run pytest tests/model", "npm test -- $GATE_TESTS"]) {
    expect(redCommand({ run }, "tests/a.py::test_b")).toEqual({
      command: run,
      variables: { GATE_TESTS: "tests/a.py::test_b" },
    });
  }
});

it("gives any other command the selector as its last word, whatever is in it", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "'", '"', "$", " ", "[", "*", "\\", "\n", ";", "é") });
  fc.assert(
    fc.property(text, (selector) => {
      const { command } = redCommand({ run: "printf '%s.' first" }, selector);
      expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toBe(`first.${selector}.`);
    }),
    { numRuns: 50 },
  );
});
