import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOTHING_OBSERVED, type Observations } from "../../../src/suite/observations.ts";
import { followReads, testsReading } from "../../../src/suite/reads.ts";

function observed(about: {
  readonly byTest?: Readonly<Record<string, readonly string[]>>;
  readonly bySuite?: readonly string[];
  readonly uses?: Readonly<Record<string, readonly string[]>>;
}): Observations {
  const sets = (table: Readonly<Record<string, readonly string[]>> = {}) =>
    new Map(Object.entries(table).map(([key, paths]) => [key, new Set(paths)]));
  return {
    ...NOTHING_OBSERVED,
    byTest: sets(about.byTest),
    bySuite: new Set(about.bySuite),
    uses: sets(about.uses),
  };
}

describe("what a test read", () => {
  it("is what was opened for it, and all that its file and these lead to", () => {
    const { byTest, all } = followReads(
      observed({
        byTest: { "t.py::a": ["prompts/a.md"] },
        uses: { "t.py": ["src/app.py"], "src/app.py": ["src/core.py", "grammar.txt"] },
      }),
      new Map([["t.py::a", "t.py"]]),
    );
    const expected = ["grammar.txt", "prompts/a.md", "src/app.py", "src/core.py", "t.py"];
    expect([...(byTest.get("t.py::a") ?? [])].toSorted()).toEqual(expected);
    expect([...all].toSorted()).toEqual(expected);
  });

  it("is known of every test of a file, though Python loads a module once", () => {
    const files = new Map([
      ["t.py::a", "t.py"],
      ["t.py::b", "t.py"],
      ["u.py::c", "u.py"],
    ]);
    const reads = followReads(
      observed({ byTest: { "t.py::a": [] }, uses: { "t.py": ["src/app.py"], "u.py": ["src/other.py"] } }),
      files,
    );
    expect(testsReading(reads, "src/app.py")).toBe(2);
    expect(testsReading(reads, "src/other.py")).toBe(1);
  });

  it("is not told of a test that nobody watched", () => {
    const reads = followReads(observed({ bySuite: ["x.py"] }), new Map([["t.py::a", "t.py"]]));
    expect(reads.byTest.size).toBe(0);
  });

  it("ends where modules import each other", () => {
    const links = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 40 });
    fc.assert(
      fc.property(links, fc.nat(9), (edges, start) => {
        const uses: Record<string, string[]> = {};
        for (const [from, to] of edges) uses[`${from}`] = [...(uses[`${from}`] ?? []), `${to}`];
        const { byTest } = followReads(
          observed({ byTest: { t: [`${start}`] }, uses }),
          new Map([["t", null]]),
        );
        const read = byTest.get("t") ?? new Set();
        expect(read.has(`${start}`)).toBe(true);
        // closed: whatever it leads to is in it as well
        for (const path of read) for (const next of uses[path] ?? []) expect(read.has(next)).toBe(true);
      }),
    );
  });
});

describe("a file that was read before the tests", () => {
  it("matters to all of them", () => {
    const reads = followReads(
      observed({ bySuite: ["pytest.ini"], byTest: { a: ["x"], b: [] } }),
      new Map([
        ["a", null],
        ["b", null],
      ]),
    );
    expect(testsReading(reads, "pytest.ini")).toBe(2);
    expect(testsReading(reads, "x")).toBe(1);
    expect(testsReading(reads, "never")).toBeNull();
  });
});
