import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { possiblyIgnored } from "../../src/ignore/possible-matches.ts";
import { IgnoreRepository } from "../rig/ignore-repository.ts";
import { ignoreTrees } from "../rig/ignore-trees.ts";

const TREES = Number(process.env.GATE_IGNORE_TREES ?? 120);

const repository = new IgnoreRepository();
afterAll(() => repository.remove());

describe("the paths that ignore files might leave out", () => {
  it("are at least those that git leaves out by them", async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(ignoreTrees, async (tree) => {
        const alone = { ...tree, infoExclude: "", globalExcludes: "", ignoreCase: false };
        repository.become(alone);
        const paths = [...tree.files, ...tree.others].map((path) => path.replace(/\/$/, ""));
        const possible = new Set(possiblyIgnored(Object.values(tree.ignoreFiles), paths));
        for (const [index, { ignored }] of repository.verdicts(paths).entries()) {
          const path = paths[index] ?? "";
          if (ignored) expect(possible, path).toContain(path);
          if (!possible.has(path)) left += 1;
        }
      }),
      { numRuns: TREES },
    );
    expect(left).toBeGreaterThan(0);
  });

  const REPORTS = ["test-reports/a.json", "test-reports/logs/test_x/session.log", "test-reports/logs/y.txt"];

  it.each([
    { lines: "", possible: [] },
    { lines: "# *.log\n\n!test-reports/**\n", possible: [] },
    { lines: "__pycache__/\n*.pyc\n/build\nnode_modules\n.env*\n", possible: [] },
    { lines: "*.log\n", possible: [1] },
    { lines: "logs/\n", possible: [1, 2] },
    { lines: "LOGS/\n", possible: [] },
    { lines: "/test-reports\r\n", possible: [0, 1, 2] },
    { lines: "docs/**/logs\n", possible: [] },
    { lines: "**/logs/*.txt\n", possible: [2] },
    { lines: "session*\n", possible: [1] },
    { lines: "*\n", possible: [0, 1, 2] },
    { lines: "[l]ogs\n", possible: [0, 1, 2] },
    { lines: "what is this \n", possible: [0, 1, 2] },
    { lines: "*es*s*\n", possible: [0, 1, 2] },
    { lines: "test-reports/lo**/gs\n", possible: [0, 1, 2] },
    { lines: "test**/x/session.log\n", possible: [0, 1, 2] },
  ])("by $lines are reports $possible", ({ lines, possible }) => {
    expect(possiblyIgnored([lines], REPORTS)).toEqual(possible.map((index) => REPORTS[index]));
  });
});
