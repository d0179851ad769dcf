import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverageOf, type ProductionFile } from "../../../src/gaps/coverage.ts";

const file = (path: string, covered: number, statements: number): ProductionFile => ({
  path,
  counts: { statements, covered, excluded: 0, branches: null },
  tests: null,
});

const unmeasured = (path: string): ProductionFile => ({ path, counts: null, tests: null });

function ranked(files: readonly ProductionFile[], under = 80): string[] {
  const { gaps, files: all } = coverageOf(files, under);
  return gaps.map((path) => `${all.find((one) => one.path === path)?.priority} ${path}`);
}

describe("priorities", () => {
  it("are those of the report that this verb was made for", () => {
    const files = [
      file("src/codex_ml/training/legacy_api.py", 81, 904),
      file("agents/physics_orchestrator.py", 0, 1346),
      file("src/codex_ml/utils/checkpointing.py", 83, 772),
      file("src/codex_ml/train_loop.py", 0, 1277),
      file("src/codex/cli.py", 0, 784),
    ];
    expect(ranked(files, 20)).toEqual([
      "P1 agents/physics_orchestrator.py",
      "P1 src/codex_ml/train_loop.py",
      "P1 src/codex/cli.py",
      "P2 src/codex_ml/training/legacy_api.py",
      "P2 src/codex_ml/utils/checkpointing.py",
    ]);
  });

  it("tell large and untouched files from small and partly tested ones", () => {
    const files = [
      file("partly-small", 1, 100),
      file("none-small", 0, 99),
      file("none-large", 0, 100),
      file("partly-large", 1, 101),
      unmeasured("unknown"),
      file("fine", 80, 100),
      file("empty", 0, 0),
    ];
    expect(ranked(files)).toEqual([
      "P1 none-large",
      "P2 partly-large",
      "P2 none-small",
      "P2 unknown",
      "P3 partly-small",
    ]);
  });

  it("are of files under the threshold, and of no file at it", () => {
    const files = [file("a", 2, 3), file("b", 7, 10)];
    expect(ranked(files, 70)).toEqual(["P3 a"]);
    expect(ranked(files, 66.6)).toEqual([]);
    expect(ranked([unmeasured("u"), ...files], 0)).toEqual([]);
    expect(ranked([file("all", 5, 5)], 100)).toEqual([]);
  });
});

describe("percentages", () => {
  const percent = (covered: number, statements: number) =>
    coverageOf([file("a", covered, statements)], 80).totals.percent;

  it("never round up to what is not so", () => {
    expect(percent(9999, 10_000)).toBe(99.9);
    expect(percent(10_000, 10_000)).toBe(100);
    expect(percent(2, 3)).toBe(66.6);
    expect(percent(0, 0)).toBeNull();
  });

  it("count branches with statements, as coverage.py does", () => {
    const branches = { total: 4, covered: 1, partial: 1 };
    const counts = { statements: 9, covered: 5, excluded: 2, branches };
    const { totals, files } = coverageOf([{ path: "a", counts, tests: 1 }, unmeasured("b")], 50);
    expect(files[0]).toMatchObject({ percent: 46.1, uncovered: 4, excluded: 2, tests: 1, priority: "P3" });
    expect(totals).toMatchObject({
      files: 2,
      notMeasured: 1,
      percent: 46.1,
      branches,
      excluded: 2,
      under: 2,
    });
  });
});

describe("sums", () => {
  it("are by directory, those with most to do first", () => {
    const files = [
      file("src/b/x.py", 1, 2),
      file("top.py", 1, 1),
      file("src/a/x.py", 0, 1),
      file("src/a/y.py", 3, 3),
    ];
    const { modules } = coverageOf(files, 80);
    expect(modules.map(({ module, files: count, uncovered }) => [module, count, uncovered])).toEqual([
      ["src/a", 2, 1],
      ["src/b", 1, 1],
      [".", 1, 0],
    ]);
  });

  it("do not depend on the order of the report, and agree with each other", () => {
    const anyFile = fc
      .tuple(fc.string({ unit: "binary", minLength: 1 }), fc.nat(300), fc.nat(300))
      .map(([path, covered, missing]) => file(path, covered, covered + missing));
    const anyFiles = fc.uniqueArray(anyFile, { selector: ({ path }) => path, maxLength: 20 });
    fc.assert(
      fc.property(
        anyFiles.chain((files) =>
          fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
        ),
        fc.integer({ min: 0, max: 100 }),
        ([files, shuffled], under) => {
          const found = coverageOf(files, under);
          expect(coverageOf(shuffled, under)).toEqual(found);
          const bytes = found.files.map(({ path }) => Buffer.from(path));
          expect(bytes.toSorted(Buffer.compare)).toEqual(bytes);
          const sum = (of: readonly { readonly uncovered: number }[]) =>
            of.reduce((total, { uncovered }) => total + uncovered, 0);
          expect(sum(found.files)).toBe(found.totals.uncovered);
          expect(sum(found.modules)).toBe(found.totals.uncovered);
          expect(found.gaps.length).toBe(found.totals.under);
        },
      ),
    );
  });
});
