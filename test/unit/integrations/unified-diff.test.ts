import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { unifiedDiff } from "../../../src/integrations/unified-diff.ts";

const directory = mkdtempSync(join(tmpdir(), "gate-diff-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const change = (before: string, after: string) =>
  unifiedDiff({ kind: "replace", place: { root: directory, path: "file", shown: "file" }, before, after });

describe("unifiedDiff", () => {
  it("shows what is added, with the lines before it", () => {
    expect(change("a\nb\nc\nd\n", "a\nb\nc\nd\nnew\n")).toBe(
      "--- a/file\n+++ b/file\n@@ -2,3 +2,4 @@\n b\n c\n d\n+new\n",
    );
  });

  it("shows what is added in many places where it is added, and nothing between", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
    const after = lines.flatMap((line, index) => ([2, 4, 25].includes(index) ? [line, "new\n"] : [line]));
    expect(change(lines.join(""), after.join(""))).toBe(
      "--- a/file\n+++ b/file\n" +
        "@@ -1,8 +1,10 @@\n line 0\n line 1\n line 2\n+new\n line 3\n line 4\n+new\n line 5\n line 6\n line 7\n" +
        "@@ -24,6 +26,7 @@\n line 23\n line 24\n line 25\n+new\n line 26\n line 27\n line 28\n",
    );
  });

  it("shows a new file against nothing, and whether it is a program", () => {
    const place = { root: directory, path: "file", shown: "hooks/file" };
    const edit = { kind: "create", place, before: null, after: "a\n", executable: true } as const;
    expect(unifiedDiff(edit)).toBe("--- /dev/null\n+++ b/hooks/file   (executable)\n@@ -0,0 +1,1 @@\n+a\n");
  });

  it("shows a git setting as its command, and what it was", () => {
    expect(unifiedDiff({ kind: "config", key: "gate.node", before: "/a", after: "/b" })).toBe(
      "git config gate.node /b   (was /a)\n",
    );
  });

  it("spells out what a terminal would obey", () => {
    expect(change("", "\u001b[2Jx\r\n")).toContain("+\\x1b[2Jx\r\n");
  });

  it("is a patch that git applies, whatever the texts are", () => {
    const line = fc.constantFrom("a", "b", "c", "");
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([lines, ended]) => `${lines.join("\n")}${ended && lines.length > 0 ? "\n" : ""}`);
    fc.assert(
      fc.property(text, text, (before, after) => {
        // git removes a file that becomes empty
        if (before === after || before === "" || after === "") return;
        writeFileSync(join(directory, "file"), before);
        execFileSync("git", ["apply", "--whitespace=nowarn", "-"], {
          cwd: directory,
          input: change(before, after),
          env: { PATH: process.env.PATH ?? "", GIT_CEILING_DIRECTORIES: tmpdir() },
        });
        expect(readFileSync(join(directory, "file"), "utf8")).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});
