import { describe, expect, it } from "vitest";
import { fromTopLevel, pathsOfInput } from "../../../src/commands/asked-paths.ts";
import { plainArguments } from "../../../src/commands/why-ignored-arguments.ts";

describe("fromTopLevel", () => {
  const here = fromTopLevel("/top/level", "/top/level/a/b");

  it("resolves a path from where it was given, and keeps a slash at its end", () => {
    expect(
      ["c", "./c", "c/", "../c", "../../c//d/", "c/../d", ".c", "..c/d", "c/.d", "*", ":x"].map(here),
    ).toEqual([
      ...[
        "a/b/c",
        "a/b/c",
        "a/b/c/",
        "a/c",
        "c/d/",
        "a/b/d",
        "a/b/.c",
        "a/b/..c/d",
        "a/b/c/.d",
        "a/b/*",
        "a/b/:x",
      ],
    ]);
  });

  it("takes the top level for the empty path, and absolute paths", () => {
    expect(["../..", "../../", "/top/level", "/top/level/c/", "/top/level/./c"].map(here)).toEqual([
      ...["", "", "", "c/", "c"],
    ]);
  });

  it("knows what lies outside", () => {
    expect(
      ["../../..", "../../../c", "../../../level/c", "/", "/top/levels/c", "/elsewhere"].map(here),
    ).toEqual([...[null, null, null, null, null, null]]);
  });
});

describe("pathsOfInput", () => {
  const bytes = (text: string) => Buffer.from(text, "latin1");

  it("reads a path a line, and what git quotes", () => {
    const lines = ["a b", '"tab\\there"', '"\\303\\274"', '"no \\q quote"', '"open', ""];
    expect(pathsOfInput(bytes(lines.join("\n")), "lines")).toEqual([
      ...["a b", "tab\there", "\xc3\xbc", '"no \\q quote"', '"open'],
    ]);
  });

  it("reads paths that end in NUL as they are", () => {
    expect(pathsOfInput(bytes('a\nb\0"c"\0\xff\0'), "nul")).toEqual(["a\nb", '"c"', "\xff"]);
  });
});

describe("plainArguments", () => {
  it("reads what needs no parser", () => {
    expect(plainArguments(["a", "b/"])).toEqual({
      options: { paths: ["a", "b/"], stdin: "no" },
      json: false,
    });
    expect(plainArguments(["--json", "--", "--json", "-z"])).toEqual({
      options: { paths: ["--json", "-z"], stdin: "no" },
      json: true,
    });
    expect(plainArguments(["--stdin", "-z"])).toEqual({ options: { paths: [], stdin: "nul" }, json: false });
    expect(plainArguments(["--stdin"])).toEqual({ options: { paths: [], stdin: "lines" }, json: false });
  });

  it("leaves everything else, and every mistake, to the parser", () => {
    for (const args of [
      [],
      ["--help"],
      ["-C", "a", "b"],
      ["-z", "a"],
      ["--stdin", "a"],
      ["--stdin", "--", "a"],
    ]) {
      expect(plainArguments(args)).toBeNull();
    }
  });
});
