import { describe, expect, it } from "vitest";
import type { CoverageReport, ReportedFile } from "../../../src/gaps/coverage-report.ts";
import { type GapsFacts, gapsOf } from "../../../src/gaps/gaps.ts";

const reported = (
  name: string,
  covered: number,
  statements: number,
  contexts: string[] = [],
): ReportedFile => ({
  name,
  counts: { statements, covered, excluded: 0, branches: null },
  contexts,
});

const report = (...files: ReportedFile[]): CoverageReport => ({
  version: "7.6.1",
  format: 3,
  timestamp: "",
  files,
});

function facts(inputs: readonly string[], changes: Partial<GapsFacts> = {}): GapsFacts {
  return {
    inputs: inputs.map((path) => ({ path, isEmpty: false })),
    pins: new Set(),
    report: null,
    reads: null,
    ran: [],
    topLevel: "/repo",
    under: 80,
    ...changes,
  };
}

describe("gaps by a coverage report", () => {
  it("are in production files among the inputs", () => {
    const found = gapsOf(
      facts(["src/app.py", "tests/test_app.py"], {
        report: report(
          reported("src/app.py", 1, 10),
          reported("tests/test_app.py", 5, 50),
          reported("scripts/tool.py", 0, 30),
          reported("/usr/lib/x.py", 0, 3),
        ),
      }),
    );
    expect(found).toMatchObject({
      ok: true,
      value: {
        coverage: {
          totals: { files: 1, statements: 10, percent: 10 },
          gaps: ["src/app.py"],
          notInputs: ["/usr/lib/x.py", "scripts/tool.py"],
          inputsNamed: 2,
        },
        reads: null,
        patternTests: null,
      },
    });
  });

  it("name Python inputs that the report does not know, but for empty ones and what never runs", () => {
    const inputs = ["src/app.py", "src/never.py", "src/__init__.py", "prompts/system.md"];
    const found = gapsOf({
      ...facts(inputs, { report: report(reported("src/app.py", 9, 10)) }),
      inputs: inputs.map((path) => ({ path, isEmpty: path.endsWith("__init__.py") })),
    });
    expect(found).toMatchObject({
      ok: true,
      value: {
        coverage: {
          totals: { files: 2, notMeasured: 1, percent: 90 },
          gaps: ["src/never.py"],
          files: [
            { path: "src/app.py" },
            { path: "src/never.py", measured: false, percent: 0, priority: "P2" },
          ],
        },
      },
    });
  });

  it("count the tests of each file, where the report names tests at all", () => {
    const files = [
      reported("src/app.py", 9, 10, ["", "t.test_a", "t.test_b"]),
      reported("src/b.py", 9, 10, [""]),
    ];
    const tests = (...named: ReportedFile[]) => {
      const found = gapsOf(facts(["src/app.py", "src/b.py"], { report: report(...named) }));
      return found.ok ? found.value.coverage?.files.map((file) => file.tests) : found.error;
    };
    expect(tests(...files)).toEqual([2, 0]);
    expect(tests(...files.map((file) => ({ ...file, contexts: [""] })))).toEqual([null, null]);
  });

  it("cannot be told where a file is there twice", () => {
    const twice = report(reported("src/app.py", 1, 2), reported("/repo/src/app.py", 2, 2));
    expect(gapsOf(facts(["src/app.py"], { report: twice }))).toEqual({
      ok: false,
      error: "has src/app.py twice: as src/app.py and as /repo/src/app.py",
    });
  });

  it("have pattern tests from what was read, where the report tells nothing of tests", () => {
    const reads = { byTest: new Map([["t::a", new Set(["tests/t.py"])]]), all: new Set(["tests/t.py"]) };
    const found = gapsOf(facts(["src/app.py"], { report: report(reported("src/app.py", 1, 2)), reads }));
    expect(found).toMatchObject({
      ok: true,
      value: { patternTests: { source: "reads", of: 1, tests: ["t::a"] } },
    });
  });
});

describe("gaps by what was read", () => {
  it("are the production files that no test read, then those that few read", () => {
    const shared = new Set(["src/app.py", "src/core.py"]);
    const reads = {
      byTest: new Map([
        ["t::b", shared],
        ["t::a", shared],
        ["t::c", new Set(["src/app.py"])],
        ["t::pattern", new Set(["tests/t.py"])],
      ]),
      all: new Set(["src/app.py", "src/core.py", "tests/t.py", "prompts/system.md"]),
    };
    const inputs = [
      "src/app.py",
      "src/core.py",
      "src/x/never.py",
      "prompts/system.md",
      "tests/t.py",
      "uv.lock",
    ];
    expect(gapsOf(facts(inputs, { reads }))).toEqual({
      ok: true,
      value: {
        coverage: null,
        reads: {
          tests: 4,
          unread: 1,
          modules: [
            { module: "src/x", files: 1, unread: 1 },
            { module: "prompts", files: 1, unread: 0 },
            { module: "src", files: 2, unread: 0 },
          ],
          files: [
            { path: "src/x/never.py", tests: 0 },
            { path: "src/core.py", tests: 2 },
            { path: "src/app.py", tests: 3 },
            { path: "prompts/system.md", tests: 4 },
          ],
        },
        patternTests: { source: "reads", of: 4, tests: ["t::pattern"] },
      },
    });
  });

  it("are unknown where nobody looked", () => {
    expect(gapsOf(facts(["src/app.py"]))).toEqual({
      ok: true,
      value: { coverage: null, reads: null, patternTests: null },
    });
  });
});
