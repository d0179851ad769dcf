import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GapsDocument, SuiteGaps } from "../../../src/commands/gaps-document.ts";
import { coverageOf, type ProductionFile } from "../../../src/gaps/coverage.ts";
import { PRIORITY_RULE } from "../../../src/gaps/priorities.ts";
import { problem, warning } from "../../../src/problem.ts";
import { renderGapsAs } from "../../../src/render/gaps-formats.ts";

const file = (path: string, covered: number, statements: number): ProductionFile => ({
  path,
  counts: {
    statements,
    covered,
    excluded: 0,
    branches: { total: 4, covered: Math.min(1, covered), partial: 1 },
  },
  tests: null,
});

const FILES = [
  file("agents/physics_orchestrator.py", 0, 1346),
  file("src/codex/cli.py", 0, 84),
  file("src/codex/train.py", 81, 904),
  file("src/codex/fine.py", 90, 90),
  { path: "src/codex/never.py", counts: null, tests: null },
];

const REPORT = {
  path: "coverage.json",
  version: "7.6.1",
  format: 3,
  timestamp: "2026-01-20T10:00:00.000001",
};

function documentOf(suite: Partial<SuiteGaps>, changes: Partial<GapsDocument> = {}): GapsDocument {
  const nothing = {
    coverage: null,
    reads: null,
    session: null,
    ofTheseInputs: true,
    patternTests: null,
    problems: [],
  };
  return {
    schema: "gate/gaps@1",
    under: 80,
    rule: PRIORITY_RULE,
    report: REPORT,
    suites: [{ name: "model-tests", ...nothing, ...suite }],
    problems: [],
    ...changes,
  };
}

const covered = (files: readonly ProductionFile[], notInputs: readonly string[] = []) => ({
  ...coverageOf(files, 80),
  notInputs,
  inputsNamed: files.length,
});

describe("the text of gate gaps", () => {
  it("begins with the sum, then modules, then files in the order of their priorities", () => {
    const pattern = { source: "contexts" as const, of: 22, tests: ["tests/test_a.py::test_scope"] };
    const document = documentOf({ coverage: covered(FILES, ["scripts/x.py"]), patternTests: pattern });
    expect(renderGapsAs(document, "text")).toBe(`model-tests
  7.0 % of 2,424 statements and 16 branches ran, in 5 production files (1 not measured)
  coverage.json: coverage.py 7.6.1, made 2026-01-20 10:00:00
  1 file of the report is no input of this suite, and not counted

  module     files  statements  uncovered     ran
  agents         1       1,346      1,346   0.0 %
  src/codex      4       1,078        907  15.8 %

  4 files under 80 %
      uncovered            of    ran  file
  P1      1,346         1,346  0.0 %  agents/physics_orchestrator.py
  P2        823           904  9.0 %  src/codex/train.py
  P2         84            84  0.0 %  src/codex/cli.py
  P2             not measured  0.0 %  src/codex/never.py

  ${PRIORITY_RULE}
  not measured: the report does not mention it. No test imports it, or coverage.py leaves it out.

  1 of 22 tests ran no production file at all (pattern tests)
    tests/test_a.py::test_scope`);
  });

  it("says how to learn of pattern tests, and when nothing is missing", () => {
    const text = renderGapsAs(documentOf({ coverage: covered([file("src/fine.py", 9, 9)]) }), "text");
    expect(text).toContain("  pattern tests: unknown, the report does not say which test ran what.");
    const fine = {
      path: "a.py",
      counts: { statements: 1, covered: 1, excluded: 0, branches: null },
      tests: 1,
    };
    const withContexts = renderGapsAs(documentOf({ coverage: covered([fine]) }), "text");
    expect(withContexts).toContain("  no file is under 80 %");
    expect(withContexts).toContain("a test that ran no production file is not in the report");
    const all = { source: "contexts" as const, of: 1, tests: [] };
    const document = documentOf({ coverage: covered([fine]), patternTests: all });
    expect(renderGapsAs(document, "text")).toContain("  each of 1 test ran a production file");
  });

  it("shows the files that the fewest tests read, where there is no report", () => {
    const reads = {
      tests: 3,
      unread: 1,
      modules: [{ module: "src", files: 2, unread: 1 }],
      files: [
        { path: "src/never.py", tests: 0 },
        { path: "src/app.py", tests: 3 },
      ],
    };
    const document = documentOf({ reads, session: "RUN_20260213_142722" }, { report: null });
    expect(renderGapsAs(document, "text")).toBe(`model-tests
  1 of 2 production files read by no test
  there is no coverage report; this is from what 3 tests of RUN_20260213_142722 read

  module  files  unread
  src         2       1

  tests  file
      0  src/never.py
      3  src/app.py`);
    const older = documentOf({ reads, session: "RUN_1", ofTheseInputs: false }, { report: null });
    expect(renderGapsAs(older, "text")).toContain("of RUN_1 read, a run of other inputs\n");
  });

  it("is cut short, and says how much is left", () => {
    const many = Array.from({ length: 25 }, (_, index) => file(`m${index}/x.py`, 0, 200));
    const tests = Array.from({ length: 22 }, (_, index) => `t.py::test_${index}`);
    const pattern = { source: "reads" as const, of: 30, tests };
    const text = renderGapsAs(documentOf({ coverage: covered(many), patternTests: pattern }), "text");
    expect(text.match(/and \d+ more; all of them: {2}gate gaps --json/g)).toEqual([
      "and 15 more; all of them:  gate gaps --json",
      "and 5 more; all of them:  gate gaps --json",
      "and 2 more; all of them:  gate gaps --json",
    ]);
  });

  it("has problems of the suite under it, and those of none at the end", () => {
    const document = documentOf(
      { problems: [warning("coverage-missing", "there is none.", { hint: "make one" })] },
      { problems: [problem("coverage-invalid", "it is broken.")] },
    );
    expect(renderGapsAs(document, "text")).toBe(
      "model-tests\n  warning  there is none.  (coverage-missing)\n        next: make one\n\nit is broken.  (coverage-invalid)",
    );
  });
});

describe("the Markdown of gate gaps", () => {
  it("has a row for each file under the threshold, with its rank", () => {
    const lines = renderGapsAs(documentOf({ coverage: covered(FILES) }), "markdown").split("\n");
    expect(lines.filter((line) => line.startsWith("| "))).toEqual([
      "| rank | file | uncovered | statements | ran | priority |",
      "| --- | --- | --- | --- | --- | --- |",
      "| 1 | ` agents/physics_orchestrator.py ` | 1,346 | 1,346 | 0.0 % | P1 |",
      "| 2 | ` src/codex/train.py ` | 823 | 904 | 9.0 % | P2 |",
      "| 3 | ` src/codex/cli.py ` | 84 | 84 | 0.0 % | P2 |",
      "| 4 | ` src/codex/never.py ` | not measured |  | 0.0 % | P2 |",
      "| module | files | statements | uncovered | ran |",
      "| --- | --- | --- | --- | --- |",
      "| ` agents ` | 1 | 1,346 | 1,346 | 0.0 % |",
      "| ` src/codex ` | 4 | 1,078 | 907 | 15.8 % |",
    ]);
  });

  it("shows names as they are, and nothing of them is markup", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom("`<img src=x>", "a | b", "a\n## b", "[a](http://b)", "``", "a/\n- b", "\t", " "),
    );
    fc.assert(
      fc.property(hostile, hostile, (path, id) => {
        const pattern = { source: "reads" as const, of: 1, tests: [id] };
        const coverage = covered([file(path, 0, 5)], [path]);
        const page = renderGapsAs(documentOf({ coverage, patternTests: pattern }), "markdown");
        const outside = page.replace(/(`+) .*? \1(?!`)/g, "");
        expect(outside.split("\n").filter((line) => /^#/.test(line))).toHaveLength(5);
        expect(outside).not.toMatch(/<img|\]\(http|\u001b/);
        expect(outside.split("\n").filter((line) => line.startsWith("| 1 "))).toEqual([
          "| 1 |  | 5 | 5 | 0.0 % | P2 |",
        ]);
      }),
    );
  });
});
