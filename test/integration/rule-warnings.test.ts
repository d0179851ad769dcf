import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checked } from "../rig/checked.ts";
import { Rig } from "../rig/repository.ts";

async function warned(
  files: Readonly<Record<string, string | Uint8Array>>,
  tracked: readonly string[] = [],
): Promise<readonly string[]> {
  const rig = await Rig.create();
  rig.writeProject();
  for (const [path, text] of Object.entries(files)) rig.write(path, text);
  for (const path of tracked) rig.write(path, "x\n");
  await rig.git("add", "-f", ".");
  const { document } = await checked(rig);
  return document.problems
    .filter(({ code }) => code === "rule-without-effect")
    .map(({ path, line, message, severity, hint }) => {
      expect(severity).toBe("warning");
      expect(hint).not.toBeNull();
      return `${path}:${line} ${message}`;
    });
}

describe("rules that are not what they look like", () => {
  it("are named with their lines", async () => {
    const found = await warned({
      ".gitignore":
        ".gate/\n build/\ncache # local\nout \nq\\ \ntab\t\n$HOME/x\n$OUT/\n~/.cache/\n./here\nlogs\\x\n\uFEFFmark\n!src/never.txt\n",
    });
    expect(
      found.map((one) => one.replace(/^\.gitignore:(\d+) .*? (begins|ends|names|has|does) (.*)/, "$1 $2 $3")),
    ).toEqual([
      "2 begins with a blank, which git takes for a part of the name.",
      "3 ends in what looks like a comment, which git takes for a part of the name.",
      "4 ends in a blank, which git drops.",
      "5 ends in a blank that the backslash protects: only names that end in a blank match.",
      "6 ends in white space that git takes for a part of the name.",
      "7 names a variable, which git does not expand.",
      "8 names a variable, which git does not expand.",
      "9 begins with ~/, which git takes for a directory of that name.",
      "10 has a part . or .., as no path in git has.",
      "11 has backslashes, which git takes for escapes.",
      "12 begins with a byte-order mark, which git takes for a part of the name.",
      "13 does nothing: no rule above it is one that it would be an exception to.",
    ]);
  });

  it("are those that reach into folders which nobody mentions", async () => {
    const rules = ".gate/\n# what the server writes\nlogs/\n\n# of the renderer: src/render\n*_output/\n";
    const tracked = [
      "src/web/logs/parse.py",
      "src/web/logs/rotate.py",
      "logs/.keep",
      "src/render/test_output/a.png",
    ];
    expect(await warned({ ".gitignore": rules }, tracked)).toEqual([
      ".gitignore:3 logs/ matches at every depth: src/web/logs too, where 2 tracked files lie. New files there are left out.",
    ]);
    expect(
      await warned({ "src/.gitignore": "*_output/\n" }, ["src/a_output/x", "src/web/b_output/x"]),
    ).toEqual([
      "src/.gitignore:1 *_output/ matches at every depth: src/web/b_output too, where 1 tracked file lies. New files there are left out.",
    ]);
  });

  it("are not anchored ones, file patterns, or places that are let in", async () => {
    const tracked = ["src/logs/a.py", "build/a.txt", "fixtures/a.log"];
    expect(await warned({ ".gitignore": "/build/\n*.log\nlogs/\n!src/logs/\n" }, tracked)).toEqual([]);
  });

  it("are files that git does not read", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("rules", "*.log\n");
    symlinkSync("../rules", join(rig.directory, "src/.gitignore"));
    rig.write("docs/.gitignore", Buffer.from("\ufeff*.log\n", "utf16le"));
    await rig.git("add", "-f", ".");
    const { warnings } = await checked(rig);
    expect(warnings.filter((one) => one.startsWith("rule"))).toEqual([
      "rule-without-effect docs/.gitignore",
      "rule-without-effect src/.gitignore",
    ]);
  });

  it("are not carriage returns or a mark at the start, which git takes off", async () => {
    expect(await warned({ ".gitignore": "\uFEFF*.log\r\n!keep.log\r\nbuild/\r\n" })).toEqual([]);
  });
});
