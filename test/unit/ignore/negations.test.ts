import fc from "fast-check";
import createRules from "ignore";
import { describe, expect, it } from "vitest";
import { smallestNegations } from "../../../src/ignore/negations.ts";

const REPORTS = [
  "test-reports/model-tests.hash",
  "test-reports/model-tests.json",
  "test-reports/model-tests-latest.txt",
  "test-reports/test_hello.puml",
  "test-reports/logs/test_hello/session.log",
  "test-reports/logs/test_hello/session_model.log",
  "test-reports/logs/test_hello/metadata.json",
];

const lines = (rules: string, directory = "test-reports", paths: readonly string[] = REPORTS) =>
  smallestNegations({ rules, directory, paths });

describe("smallestNegations", () => {
  it("adds nothing where nothing is ignored", () => {
    expect(lines("node_modules/\n*.pyc\n")).toEqual([]);
  });

  it("lets the folder in and the files in it, for the classic *.log with logs/", () => {
    expect(lines("*.log\nlogs/\n")).toEqual(["!test-reports/logs/", "!test-reports/logs/**/*.log"]);
  });

  it("adds only what is missing beside a negation that cannot work", () => {
    expect(lines("*.log\nlogs/\n!test-reports/logs/**/*.log\n")).toEqual(["!test-reports/logs/"]);
  });

  it("keeps files side by side apart from those in the folders", () => {
    expect(lines("*.json\n")).toEqual(["!test-reports/*.json", "!test-reports/logs/**/*.json"]);
  });

  it("lets the reports in where the whole directory is excluded", () => {
    expect(lines("test-reports/\n")).toEqual(["!/test-reports/"]);
  });

  it("needs two lines where everything is excluded", () => {
    expect(lines("*\n")).toEqual(["!/test-reports/", "!test-reports/**"]);
  });

  it("keeps the rest of an excluded parent out", () => {
    const paths = REPORTS.map((path) => `artifacts/${path}`);
    const added = lines("artifacts/\n", "artifacts/test-reports", paths);
    expect(added).toEqual(["!/artifacts/", "/artifacts/*", "!artifacts/test-reports/"]);
    const rules = createRules()
      .add("artifacts/")
      .add(added ?? []);
    expect(rules.ignores("artifacts/model.bin")).toBe(true);
  });

  it("works from an ignore file inside the reports", () => {
    const inside = REPORTS.map((path) => path.replace("test-reports/", ""));
    expect(lines("*\n", "", inside)).toEqual(["!**"]);
    expect(lines("*.hash\n", "", inside)).toEqual(["!/*.hash"]);
  });

  it("lets every path in and nothing outside the directory, whatever the rules are", () => {
    const word = fc.constantFrom(
      "logs",
      "test-reports",
      "test_hello",
      "*",
      "**",
      "*.log",
      "*.json",
      "session*",
    );
    const pattern = fc
      .tuple(
        fc.constantFrom("", "!", "/"),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "/"),
      )
      .map(([start, words, end]) => `${start}${words.join("/")}${end}`);
    const outside = ["src/a.log", "logs/a.json", "test_hello", "src/test-reports/logs/a.log", "session.log"];
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), (patterns) => {
        const added = lines(patterns.join("\n"));
        if (added === null) throw new Error("no lines found");
        const before = createRules({ ignorecase: false }).add(patterns);
        const after = createRules({ ignorecase: false }).add(patterns).add(added);
        expect(after.filter(REPORTS)).toEqual(REPORTS);
        expect(after.filter(outside)).toEqual(before.filter(outside));
      }),
      { numRuns: 500 },
    );
  });
});
