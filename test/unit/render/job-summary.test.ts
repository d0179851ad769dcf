import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem, warning } from "../../../src/problem.ts";
import { renderJobSummary } from "../../../src/render/job-summary.ts";
import { verifyDocumentOf } from "../../rig/verify-documents.ts";

describe("the job summary", () => {
  it("has a row for each suite, and leaves out the outcomes that none has", () => {
    const summary = renderJobSummary(verifyDocumentOf([{}, { name: "slow", verdict: null, tests: null }]));
    expect(summary.split("\n").filter((line) => line.startsWith("|"))).toEqual([
      "| suite |  | verdict | passed | failed | skipped | assurance | recorded |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| ` model-tests ` | ✅ accepted | passed | 22 | 0 | 1 | consistent | recorded by ` Ann ` on ` RTX 4090 `, ` 2026-02-13T14:27:22Z ` |",
      "| ` slow ` | ✅ accepted | none |  |  |  | consistent | recorded by ` Ann ` on ` RTX 4090 `, ` 2026-02-13T14:27:22Z ` |",
    ]);
  });

  it("names problems, worst first, the changed inputs, waivers and what the merge makes due", () => {
    const problems = [
      warning("hook-order", "later.", { path: ".husky/pre-commit", line: 3 }),
      problem("stale-evidence", "the inputs changed.", { suite: "model-tests", hint: "gate run" }),
    ];
    const changes = [{ path: "src/router.py", change: "modified" as const, commit: null }];
    const waiver = {
      reason: "broken GPU",
      until: "2026-03-01T00:00:00Z",
      by: "Bob",
      signed: true,
      path: "x.json",
    };
    const landing = {
      base: "origin/main",
      conflicts: ["README.md"],
      due: [{ suite: "model-tests", ours: ["src/a.py"], theirs: ["src/b.py"] }],
    };
    const document = verifyDocumentOf(
      [
        { problems, changes },
        { name: "w", waiver },
      ],
      { ok: false, landing },
    );
    const summary = renderJobSummary(document);
    expect(summary).toContain("## ❌ gate verify: ` 4f1c2aa08a1c `");
    expect(summary.indexOf("stale-evidence")).toBeLessThan(summary.indexOf("hook-order"));
    expect(summary).toContain("| ⚠️ | ` hook-order ` |  | ` .husky/pre-commit:3 ` | ` later. ` |");
    expect(summary).toContain("` the inputs changed. `<br>next: ` gate run `");
    expect(summary).toContain("| ` src/router.py ` | modified |  |");
    expect(summary).toContain("⚠️ ` w ` is waived until ` 2026-03-01T00:00:00Z ` by ` Bob `: ` broken GPU `");
    expect(summary).toContain("makes ` model-tests ` due");
    expect(summary).toContain("- ` src/b.py ` (` origin/main `)");
  });

  it("shows names as they are, and nothing of them is markup", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("`<img src=x>", "a | b", "a\\| b", "a\n## b", "``x``", "[a](http://b)", "", "`"),
    );
    fc.assert(
      fc.property(hostile, (name) => {
        const document = verifyDocumentOf([{ problems: [problem("missing-report", name, { path: name })] }]);
        const rows = renderJobSummary(document)
          .split("\n")
          .filter((line) => line.includes("missing-report"));
        expect(rows).toHaveLength(1);
        const [row = ""] = rows;
        // as GitHub cuts a row, and as CommonMark finds code spans: a run of backticks ends at one as long
        expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
        const outside = row.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
        expect(outside).toBe("| ❌ |  |  |  |  |");
      }),
    );
  });

  it("stays a page: what is too long is cut and said to be", () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      problem("tampered-report", "x".repeat(5000), { path: `r/${index}` }),
    );
    const summary = renderJobSummary(verifyDocumentOf([{ problems: many }]));
    expect(summary.length).toBeLessThan(100_000);
    expect(summary).toContain("and 900 more");
  });
});
