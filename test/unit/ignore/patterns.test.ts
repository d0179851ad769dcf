import fc from "fast-check";
import createRules from "ignore";
import { describe, expect, it } from "vitest";
import { anchoredPattern, asNegation, fromAbove, literalPattern } from "../../../src/ignore/patterns.ts";

const name = fc
  .string({ unit: fc.constantFrom(..."ab*?[]!#\\ ."), minLength: 1, maxLength: 6 })
  .filter((text) => !/^\.{1,2}$/.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const ignores = (lines: readonly string[], one: string) =>
  createRules({ ignorecase: false, allowRelativePaths: true }).add(lines).ignores(one);

describe("anchoredPattern", () => {
  it("matches the path that it was made of, and no other", () => {
    fc.assert(
      fc.property(path, path, (own, other) => {
        const lines = [anchoredPattern(own)];
        expect(ignores(lines, own)).toBe(true);
        if (other !== own && !other.startsWith(`${own}/`)) expect(ignores(lines, other)).toBe(false);
        expect(ignores(lines, `below/${own}`)).toBe(own === "below");
      }),
    );
  });

  it("reads as a person would write it", () => {
    expect(anchoredPattern("logs")).toBe("/logs");
    expect(anchoredPattern("test-reports/logs")).toBe("test-reports/logs");
    expect(anchoredPattern("!odd/a")).toBe("/!odd/a");
    expect(literalPattern("a[1]*")).toBe("a\\[1]\\*");
    expect(literalPattern("end ")).toBe("end\\ ");
  });

  it("says of a byte that no line can hold that it is an odd one", () => {
    expect(literalPattern("a\nb")).toBe("a[! -~]b");
    expect(literalPattern("a\xffb")).toBe("a[! -~]b");
    expect(literalPattern("\xc3\xbc")).toBe("\xc3\xbc");
  });
});

describe("asNegation", () => {
  it("turns rules, and nothing else, into negations", () => {
    expect(["*.log", "!a", "# a", "", "\\!b", "\r"].map(asNegation)).toEqual([
      ...["!*.log", "!a", "# a", "", "!\\!b", "!\r"],
    ]);
  });
});

describe("fromAbove", () => {
  it("keeps a rule where it held", () => {
    const rules = ["*.log", "/x", "x/y", "logs/", "!keep", "!/x", "# a", "", "a\r"];
    expect(rules.map((rule) => fromAbove(rule, "d/e"))).toEqual([
      ...[
        "/d/e/**/*.log",
        "/d/e/x",
        "/d/e/x/y",
        "/d/e/**/logs/",
        "!/d/e/**/keep",
        "!/d/e/x",
        null,
        null,
        "/d/e/**/a",
      ],
    ]);
    expect(fromAbove("*.log\r", "")).toBe("*.log");
  });
});
