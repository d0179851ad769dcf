import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isReadSet, packReads, readersOf, readsOfAll } from "../../../src/reports/read-sets.ts";
import type { Reads } from "../../../src/suite/reads.ts";

function reads(byTest: Readonly<Record<string, readonly string[]>>, before: readonly string[] = []): Reads {
  const sets = new Map(Object.entries(byTest).map(([id, paths]) => [id, new Set(paths)]));
  return { byTest: sets, all: new Set([...before, ...Object.values(byTest).flat()]) };
}

describe("packed reads", () => {
  it("name each input once and each set once, as ranges", () => {
    const inputs = new Set(["a", "b", "c", "d", "unread"]);
    const packed = packReads(
      reads({ one: ["c", "a", "b"], two: ["b", "a", "c"], three: ["d", "a"] }),
      inputs,
    );
    expect(packed.files).toEqual(["a", "b", "c", "d"]);
    expect(packed.sets).toEqual(["0,3", "0-2"]);
    expect([...packed.setOf]).toEqual([
      ["one", 1],
      ["two", 1],
      ["three", 0],
    ]);
  });

  it("leave out what is no input", () => {
    const packed = packReads(reads({ one: ["/etc/hosts", "x"] }), new Set(["a"]));
    expect(packed).toMatchObject({ files: [], sets: [] });
    expect(packed.setOf.size).toBe(0);
  });

  it("tell for every input how many tests read it", () => {
    const paths = fc.uniqueArray(fc.nat(30).map(String), { maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), paths, { maxKeys: 12 }), paths, (byTest, inputs) => {
        const { files, sets, setOf } = packReads(reads(byTest), new Set(inputs));
        const tests = Object.keys(byTest).map((id) => ({ reads: setOf.get(id) ?? null }));
        expect(sets.every((set) => isReadSet(set, files.length))).toBe(true);
        for (const path of inputs) {
          const expected = Object.values(byTest).filter((read) => read.includes(path)).length;
          const told = readersOf({ files, sets }, tests, path);
          expect(told).toEqual(expected === 0 ? null : { reading: expected, of: tests.length });
        }
      }),
    );
  });

  it("count what was read before the tests for all of them", () => {
    const packed = packReads(reads({ one: ["a"], two: [] }, ["conftest.py"]), new Set(["a", "conftest.py"]));
    const tests = [{ reads: packed.setOf.get("one") ?? null }, { reads: null }];
    expect(readersOf(packed, tests, "conftest.py")).toEqual({ reading: 2, of: 2 });
  });
});

describe("a set in a manifest", () => {
  it.each(["", "a", "1-", "3-1", "5", "0,9", "0--1", " 0", "99999999999"])(
    "is not %j of five files",
    (text) => {
      expect(isReadSet(text, 5)).toBe(false);
    },
  );

  it.each(["0", "0-4", "0,2-3"])("is %j", (text) => {
    expect(isReadSet(text, 5)).toBe(true);
  });
});

it("what all tests read is unknown of a run that was resumed: nobody saw its first part", () => {
  const reads = { files: ["a"], sets: ["0"] };
  expect(readsOfAll({ reads })).toBe(reads);
  expect(readsOfAll({ reads, parts: [{}, {}] })).toBeNull();
  expect(readsOfAll({ reads: null })).toBeNull();
});
