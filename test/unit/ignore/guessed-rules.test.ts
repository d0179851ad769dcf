import { describe, expect, it } from "vitest";
import { ruleGuesser } from "../../../src/ignore/guessed-rules.ts";

function guessed(rules: Readonly<Record<string, readonly string[]>>, path: string, ignoreCase = false) {
  const names = path.split("/");
  const files = Object.entries(rules).map(([directory, texts]) => {
    const file = directory === "" ? ".gitignore" : `${directory}/.gitignore`;
    const lines = texts.map((text, index) => ({ file, line: index + 1, text, outside: false }));
    return [directory, lines] as const;
  });
  const parts = names.map((_, index) => names.slice(0, index + 1).join("/"));
  const subject = { files: new Map(files), parts, isDirectory: false, isThere: false };
  const { decider, strongest } = ruleGuesser(ignoreCase)(subject);
  return { decider: decider?.pattern, strongest: strongest.map(({ source, parts }) => [source.text, parts]) };
}

describe("the rules that git will most likely name", () => {
  it.each([
    ["a name at any depth", { "": ["*.log"] }, "a/b.log", "*.log", [["*.log", [1]]]],
    [
      "a directory above",
      { "": ["*.log", "logs/"] },
      "logs/b.log",
      "logs/",
      [
        ["logs/", [0]],
        ["*.log", [1]],
      ],
    ],
    ["the last of several", { "": ["*.log", "!b.log"] }, "a/b.log", "!b.log", [["!b.log", [1]]]],
    ["the file further down", { "": ["b.log"], a: ["!*.log"] }, "a/b.log", "!*.log", [["!*.log", [1]]]],
    ["a path from its file", { a: ["/b.log", "c/d"] }, "a/b.log", "/b.log", [["/b.log", [1]]]],
    ["no name that only ends so", { "": ["b.log"] }, "a/ab.log", undefined, []],
    ["no directory of a file's name", { "": ["b/"] }, "a/b", undefined, []],
    ["nothing of what it cannot read", { "": ["[ab].log", "\\b.log", "?.log"] }, "b.log", undefined, []],
  ])("are guessed by %s", (_what, rules, path, decider, strongest) => {
    expect(guessed(rules, path)).toEqual({ decider, strongest });
  });

  it("are those of the other case where git does not tell it", () => {
    expect(guessed({ "": ["*.LOG"] }, "b.log").decider).toBeUndefined();
    expect(guessed({ "": ["*.LOG"] }, "b.log", true).decider).toBe("*.LOG");
  });

  it("are not looked for where that could take for ever", () => {
    expect(guessed({ "": [`${"*a".repeat(30)}b`] }, "a".repeat(200))).toEqual({ strongest: [] });
  });
});
