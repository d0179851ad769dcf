import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { saysNothing } from "../../../src/integrations/fixers/attribute-lines.ts";

const directory = mkdtempSync(join(tmpdir(), "gate-attributes-"));
const env = {
  PATH: process.env.PATH ?? "",
  HOME: directory,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
};
const git = (...args: readonly string[]) =>
  execFileSync("git", args, { cwd: directory, env, stdio: "pipe" }).toString("utf8");
git("init", "-q");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const NAMES = ["text", "crlf", "eol", "filter", "ident", "working-tree-encoding", "whitespace"];

/** What git says is set of a report under these lines. */
function setIn(text: string): readonly string[] {
  writeFileSync(join(directory, ".gitattributes"), text);
  const said = git("check-attr", ...NAMES, "--", "a b/report.log")
    .trim()
    .split("\n");
  return said.filter((line) => !/: (?:unset|unspecified)$/.test(line));
}

describe("lines of a .gitattributes file", () => {
  it.each([
    ["gate's own", "test-reports/** -text -whitespace -filter\n", true],
    ["a comment and blanks", "# text\n\n   \n", true],
    ["what is binary", "*.png binary\n", true],
    ["how changes are shown", "*.log diff=astextplain merge=union linguist-generated export-ignore\n", true],
    ["a filter", "*.log filter=lfs -text\n", false],
    ["a name of the repository's own", "[attr]lf text\n*.log lf\n", false],
    ["a pattern in quotes", '"a b/*" text\n', false],
    ["a line end of Windows", "*.log -text\r\n", true],
  ])("say nothing that changes a file, or do: %s", (_what, text, nothing) => {
    expect(saysNothing(text)).toBe(nothing);
  });

  it("say nothing to git either, wherever they are said to (property)", () => {
    const pattern = fc.constantFrom("*", "*.log", '"a b/*"', "**", "a*/**", "[attr]own", "#", "!*.log", " *");
    const word = fc.constantFrom(
      ...[
        "text",
        "-text",
        "!text",
        "eol=lf",
        "binary",
        "-binary",
        "own",
        "-own",
        "ident",
        "-ident",
        "filter=x",
      ],
      ...["diff", "merge=union", "linguist-x", "export-subst", "crlf", "whitespace=cr-at-eol", "--", ""],
    );
    const line = fc
      .tuple(pattern, fc.array(word, { maxLength: 3 }), fc.constantFrom(" ", "\t", "  "))
      .map(([start, words, gap]) => [start, ...words].join(gap));
    let silent = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
        const text = lines.map((one) => one + end).join("");
        if (!saysNothing(text)) return;
        silent += 1;
        expect(setIn(text)).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(silent).toBeGreaterThan(40);
  });
});
