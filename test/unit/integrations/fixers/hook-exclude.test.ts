import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { beginJudgement } from "../../../../src/integrations/fixers/bounded-match.ts";
import { pythonPatternFor, withExclude } from "../../../../src/integrations/fixers/hook-exclude.ts";
import { foundIn } from "../../../../src/integrations/fixers/path-filter.ts";
import { placedYaml } from "../../../../src/integrations/fixers/yaml-lines.ts";

const REPORTS = "^test-reports/";
const place = (id: string, index = 0, inherited = "^$") =>
  ({ path: ["repos", "0", "hooks", String(index)], id, inherited }) as const;

/** The text with the exclude added to its first hook, `a`. */
function edited(text: string, inherited?: string): string {
  const result = withExclude(text, place("a", 0, inherited), REPORTS);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

const file = (hook: string) => `# ours
repos:
-   repo: https://example.com/hooks   # pinned
    rev: v1
    hooks:
${hook}    -   id: b
        exclude: ^docs/
`;

describe("the exclude of a hook", () => {
  it("is added where there is none, beside what is there", () => {
    expect(edited(file("    -   id: a\n        args: [--fix]  # always\n\n"))).toBe(
      file("    -   id: a\n        args: [--fix]  # always\n        exclude: ^test-reports/\n\n"),
    );
    expect(edited(file("    -   id: a\n"))).toBe(file("    -   id: a\n        exclude: ^test-reports/\n"));
    expect(edited(file('    - {id: a, args: ["-x"]}  # short\n'))).toBe(
      file('    - {id: a, args: ["-x"], exclude: "^test-reports/"}  # short\n'),
    );
    expect(edited(file("    -   id: a\n").replaceAll("\n", "\r\n"))).toBe(
      file("    -   id: a\n        exclude: ^test-reports/\n").replaceAll("\n", "\r\n"),
    );
  });

  it("starts from what the hook's own repository excludes", () => {
    expect(edited(file("    -   id: a\n"), "Makefile$")).toContain("exclude: Makefile$|^test-reports/\n");
  });

  it.each([
    ["exclude: ^a/|^b/  # generated", "exclude: ^a/|^b/|^test-reports/  # generated"],
    ["exclude: ^$", "exclude: ^test-reports/"],
    ["exclude: '^it''s/'", "exclude: '^it''s/|^test-reports/'"],
    ['exclude: "\\\\.lock$"', 'exclude: "\\\\.lock$|^test-reports/"'],
    ["exclude: (?i)^a/", "exclude: (?i)^a/|^test-reports/"],
    ["exclude: '(?x)^a/ # the first'", "exclude: '(?x)^test-reports/|^a/ # the first'"],
    [
      "exclude: |\n            (?x)^(\n                a/.*|  # first\n                b/.*   # second\n            )$\n",
      "exclude: |\n            (?x)^(\n                a/.*|  # first\n                b/.*   # second\n            )$\n            |^test-reports/\n",
    ],
    [
      "exclude: >-\n            (?x)^a/|\n            ^b/\n",
      "exclude: >-\n            (?x)^a/|\n            ^b/\n            |^test-reports/\n",
    ],
    ["exclude: |-\n            ^a/\n", "exclude: |-\n            ^test-reports/|^a/\n"],
    ["exclude: ^a/|\n            ^b/", "exclude: ^a/|\n            ^b/|^test-reports/"],
  ])("is extended: %s", (before, after) => {
    const text = file(`    -   id: a\n        ${before}\n        args: []\n`);
    expect(edited(text)).toBe(file(`    -   id: a\n        ${after}\n        args: []\n`));
    expect(edited(edited(text))).toBe(edited(text));
  });

  it("is written out where it was only a reference", () => {
    const text = file("    -   id: a\n        exclude: *ours\n").replace("# ours", "x-ours: &ours ^a/");
    expect(edited(text)).toBe(text.replace("*ours", "'^a/|^test-reports/'"));
    const merged = file("    -   id: a\n        <<: *ours\n").replace(
      "# ours",
      "x-ours: &ours {exclude: ^a/}",
    );
    expect(edited(merged)).toContain("        <<: *ours\n        exclude: ^a/|^test-reports/\n");
  });

  it.each([
    ["- &shared\n        id: a", "names the hook &shared"],
    ["-   id: a\n        exclude: &ours ^a/", "names the exclude &ours"],
    ["-   id: a\n        exclude: [a]", "is no text"],
    ["-   id: other", "other hooks than when it was judged"],
    ["-   id: a\n        exclude: 'x", "not valid YAML"],
  ])("is left alone where that is not safe: %s", (hook, reason) => {
    const result = withExclude(file(`    ${hook}\n`), place("a"), REPORTS);
    expect(result.ok ? result.value : result.error).toContain(reason);
  });

  it("only grows by the directory, however it is written", () => {
    const patterns = fc.constantFrom(
      "^a/",
      "^a/|b\\.txt$",
      "^(?:docs|it's)/",
      "(?i)README\\.MD$",
      "(?x)^( a/ .* | b\\.txt )$",
      "(?x)^(\n  a/.* # the first\n  | docs/.*\n)$",
      "(?x) a/ # open",
      '"quoted"',
      "^$",
      "#x",
      "a b: c",
      "[ab]/|^ ",
    );
    const styles = fc.constantFrom(
      "PLAIN",
      "QUOTE_DOUBLE",
      "QUOTE_SINGLE",
      "BLOCK_LITERAL",
      "BLOCK_FOLDED",
      "JSON",
    );
    const directories = fc.constantFrom("test-reports", "out/reports", ".reports", "a b/r", "größe", "r+x");
    const names = [
      "a/x",
      "b.txt",
      "docs/a",
      "it's/x",
      "readme.md",
      "test-reports/x",
      "out/reports/x",
      "out/x",
    ];
    names.push(
      ".reports/x",
      "xreports/x",
      "a b/r/x",
      "größe/x",
      "r+x/x",
      "rrx/x",
      '"quoted"',
      "#x",
      "a b: c",
    );
    fc.assert(
      fc.property(patterns, styles, directories, (pattern, style, directory) => {
        beginJudgement();
        const document = {
          repos: [{ repo: "r", hooks: [{ id: "a", exclude: pattern, args: ["-x"] }, { id: "b" }] }],
        };
        const text =
          style === "JSON" ? JSON.stringify(document) : stringify(document, { defaultStringType: style });
        const result = withExclude(text, place("a"), pythonPatternFor(directory));
        if (!result.ok) throw new Error(`${result.error}\n${text}`);
        const after = placedYaml(result.value, "python").content;
        const exclude = Object(after).repos[0].hooks[0].exclude;
        expect(after).toEqual({
          repos: [{ repo: "r", hooks: [{ id: "a", exclude, args: ["-x"] }, { id: "b" }] }],
        });
        const before = foundIn(pattern, names);
        expect(foundIn(exclude, names)).toEqual(
          names.map((name, index) => before[index] === true || name.startsWith(`${directory}/`)),
        );
      }),
      { numRuns: 300 },
    );
  });
});
