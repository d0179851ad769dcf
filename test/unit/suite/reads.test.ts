import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOTHING_OBSERVED, type Observations } from "../../../src/suite/observations.ts";
import { followReads, testsReading } from "../../../src/suite/reads.ts";

function observed(about: {
  readonly byTest?: Readonly<Record<string, readonly string[]>>;
  readonly bySuite?: readonly string[];
  readonly uses?: Readonly<Record<string, readonly string[]>>;
  readonly accompanied?: Readonly<Record<string, readonly string[]>>;
}): Observations {
  const sets = (table: Readonly<Record<string, readonly string[]>> = {}) =>
    new Map(Object.entries(table).map(([key, paths]) => [key, new Set(paths)]));
  return {
    ...NOTHING_OBSERVED,
    byTest: sets(about.byTest),
    bySuite: new Set(about.bySuite),
    uses: sets(about.uses),
    accompanied: sets(about.accompanied),
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

  it("is not what accompanies its file leads to, unless it read that for another reason", () => {
    const files = new Map([
      ["t.py::a", "t.py"],
      ["t.py::b", "t.py"],
    ]);
    const reads = followReads(
      observed({
        byTest: { "t.py::a": [], "t.py::b": ["conftest.py"] },
        uses: { "conftest.py": ["src/app.py"], "src/app.py": ["src/core.py"] },
        accompanied: { "t.py": ["conftest.py"] },
      }),
      files,
    );
    expect([...(reads.byTest.get("t.py::a") ?? [])]).toEqual(["t.py", "conftest.py"]);
    expect(testsReading(reads, "conftest.py")).toBe(2);
    expect(testsReading(reads, "src/core.py")).toBe(1);
    const alone = followReads(
      observed({
        byTest: { "t.py::a": [] },
        uses: { "conftest.py": ["src/app.py"] },
        accompanied: { "t.py": ["conftest.py"] },
      }),
      files,
    );
    // somebody read it: it is no file that could be left out
    expect([...alone.all].toSorted()).toEqual(["conftest.py", "src/app.py", "t.py"]);
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

/** Counts what is taken out of the sets: the work of following them. */
function counted(links: ReadonlyMap<string, readonly string[]>) {
  let taken = 0;
  class Counted extends Set<string> {
    override *[Symbol.iterator](): SetIterator<string> {
      for (const one of super[Symbol.iterator]()) {
        taken += 1;
        yield one;
      }
    }
  }
  const uses = new Map([...links].map(([file, next]) => [file, new Counted(next)]));
  return { uses, taken: () => taken };
}

const ALL = Array.from({ length: 10 }, (_, index) => `${index}`);

type Table = Readonly<Record<string, readonly string[]>>;

function tableOf(edges: readonly (readonly [number, number])[]): Table {
  const table: Record<string, string[]> = {};
  for (const [from, to] of edges) table[from] = [...(table[from] ?? []), `${to}`];
  return table;
}

function followed(starts: readonly string[], uses: Table, accompanied: Table): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const path of reached) for (const next of uses[path] ?? []) reached.add(next);
  return new Set([...reached, ...[...reached].flatMap((path) => accompanied[path] ?? [])]);
}

describe("following what many tests have in common", () => {
  it("is done once", () => {
    const MODULES = 300;
    const TESTS = 200;
    const modules = Array.from({ length: MODULES }, (_, index) => `src/m${index}.py`);
    const links = new Map(modules.map((path, index) => [path, modules.slice(index + 1, index + 3)]));
    for (let test = 0; test < TESTS; test++) links.set(`tests/t${test}.py`, modules.slice(0, 1));
    const { uses, taken } = counted(links);
    const fileOf = new Map(
      Array.from({ length: TESTS }, (_, test) => [`tests/t${test}.py::a`, `tests/t${test}.py`]),
    );
    const { byTest } = followReads({ ...NOTHING_OBSERVED, uses }, fileOf);
    expect(byTest.size).toBe(TESTS);
    for (const read of byTest.values()) expect([...read]).toHaveLength(MODULES + 1);
    // each file's links a few times; not once for each test
    expect(taken()).toBeLessThan(10 * (TESTS + 2 * MODULES));
  });

  it("finds what following each alone finds", () => {
    const links = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 25 });
    fc.assert(
      fc.property(links, links, fc.array(fc.array(fc.nat(9)), { maxLength: 6 }), (used, beside, tests) => {
        const [uses, accompanied] = [tableOf(used), tableOf(beside)];
        const read = Object.fromEntries(tests.map((paths, test) => [`t${test}`, paths.map(String)]));
        const fileOf = new Map(Object.keys(read).map((id) => [id, null]));
        const { byTest } = followReads(observed({ byTest: read, uses, accompanied }), fileOf);
        for (const [id, starts] of Object.entries(read)) {
          const expected = followed(starts, uses, accompanied);
          const found = byTest.get(id);
          expect(new Set(found)).toEqual(expected);
          for (const path of ALL) expect(found?.has(path)).toBe(expected.has(path));
        }
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
