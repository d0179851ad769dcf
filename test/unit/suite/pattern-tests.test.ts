import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternTests } from "../../../src/suite/pattern-tests.ts";

describe("pattern tests", () => {
  it("are those that reached tests, settings and nothing else", () => {
    const reached = new Map([
      ["tests/test_a.py::test_real", new Set(["tests/test_a.py", "src/app.py"])],
      ["tests/test_a.py::test_pattern", new Set(["tests/test_a.py", "tests/conftest.py", "pyproject.toml"])],
      ["tests/test_a.py::test_nothing", new Set<string>()],
      ["tests/test_a.py::test_prompt", new Set(["prompts/system.md"])],
    ]);
    expect(patternTests(reached)).toEqual(["tests/test_a.py::test_pattern", "tests/test_a.py::test_nothing"]);
  });

  it("are exactly those without a file that counts", () => {
    const reads = fc.dictionary(fc.string(), fc.array(fc.nat(3).map(String)));
    fc.assert(
      fc.property(reads, fc.nat(3).map(String), (byTest, counts) => {
        const reached = new Map(Object.entries(byTest));
        const expected = [...reached.keys()].filter((id) => !reached.get(id)?.includes(counts));
        expect(patternTests(reached, (path) => path === counts)).toEqual(expected);
      }),
    );
  });
});
