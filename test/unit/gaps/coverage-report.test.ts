import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCoverageReport } from "../../../src/gaps/coverage-report.ts";

const META = { format: 3, version: "7.6.1", timestamp: "2026-01-20T10:00:00", branch_coverage: false };
const SUMMARY = { covered_lines: 3, num_statements: 10, missing_lines: 7, excluded_lines: 2 };

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const read = (report: unknown) => readCoverageReport(chunksOf(JSON.stringify(report)));
const withFile = (file: unknown) => read({ meta: META, files: { "src/a.py": file }, totals: {} });

describe("a report of coverage.py", () => {
  it("is read as far as it is needed", async () => {
    const contexts = { "1": ["", "t.test_b"], "2": ["t.test_a", "t.test_b"] };
    const summary = { ...SUMMARY, num_branches: 4, num_partial_branches: 1, covered_branches: 2 };
    const found = await withFile({ executed_lines: [1, 2, 3], summary, contexts, functions: {} });
    expect(found).toEqual({
      ok: true,
      value: {
        version: "7.6.1",
        format: 3,
        timestamp: "2026-01-20T10:00:00",
        files: [
          {
            name: "src/a.py",
            counts: {
              statements: 10,
              covered: 3,
              excluded: 2,
              branches: { total: 4, covered: 2, partial: 1 },
            },
            contexts: ["", "t.test_b", "t.test_a"],
          },
        ],
      },
    });
  });

  it("may be of an old one, which gives covered branches only as part of the percentage", async () => {
    const summary = {
      ...SUMMARY,
      num_branches: 4,
      num_partial_branches: 1,
      percent_covered: 35.714285714285715,
    };
    const found = await read({ meta: { version: "5.0" }, files: { "a.py": { summary } } });
    expect(found).toMatchObject({
      ok: true,
      value: { format: 1, timestamp: "", files: [{ counts: { branches: { total: 4, covered: 2 } } }] },
    });
  });

  it("takes any name for a name", async () => {
    const found = await readCoverageReport(
      chunksOf(
        `{"meta": ${JSON.stringify(META)}, "files": {"__proto__": {"summary": ${JSON.stringify(SUMMARY)}}}}`,
      ),
    );
    expect(found).toMatchObject({ ok: true, value: { files: [{ name: "__proto__" }] } });
  });

  it.each([
    [{}, "meta is missing"],
    [{ meta: META }, "files is missing, or is not an object"],
    [{ meta: META, files: [] }, "files is missing, or is not an object"],
    [{ meta: { ...META, version: 7 }, files: {} }, "meta.version is not valid"],
    [{ meta: { ...META, format: "3" }, files: {} }, "meta.format is not valid"],
    [{ meta: [], files: {} }, "meta is not an object"],
    [{ meta: META, files: { "a.py": null } }, 'files["a.py"] is not an object'],
    [{ meta: META, files: { "a.py": {} } }, 'files["a.py"].summary is missing'],
  ])("is refused where it is %j", async (report, complaint) => {
    expect(await read(report)).toEqual({ ok: false, error: `is not a report of coverage.py: ${complaint}` });
  });

  it.each([
    [{ num_statements: -1 }, "num_statements is not valid"],
    [{ num_statements: 1.5 }, "num_statements is not valid"],
    [{ num_statements: "10" }, "num_statements is not valid"],
    [{ covered_lines: 11 }, "missing_lines is not what is left of the statements"],
    [
      { num_branches: 2, num_partial_branches: 0, covered_branches: 3 },
      "covered_branches is more than there are",
    ],
  ])("is refused where its figures are %j", async (changes, complaint) => {
    expect(await withFile({ summary: { ...SUMMARY, ...changes } })).toEqual({
      ok: false,
      error: `is not a report of coverage.py: files["src/a.py"].summary.${complaint}`,
    });
  });

  it("is an answer or a complaint, whatever it is", async () => {
    const anyReport = fc.record({
      meta: fc.oneof(fc.constant(META), fc.jsonValue()),
      files: fc.oneof(
        fc.dictionary(fc.string(), fc.record({ summary: fc.oneof(fc.constant(SUMMARY), fc.jsonValue()) })),
        fc.jsonValue(),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyReport, fc.jsonValue()), async (report) => {
        const found = await read(report);
        if (!found.ok) expect(found.error).not.toBe("");
      }),
    );
  });
});
