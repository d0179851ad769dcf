import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalisePath, normalisePattern, parseDuration, parseSize } from "../../../src/config/pattern.ts";

describe("a pattern", () => {
  it.each([
    ["src", "src", false],
    ["./src", "src", false],
    ["src/", "src", false],
    ["src//a/./b", "src/a/b", false],
    [".", "**", false],
    ["./", "**", false],
    ["**/*", "**/*", false],
    ["!src/", "src", true],
    ["!.", "**", true],
    [" src ", " src ", false],
    ["..a/b..", "..a/b..", false],
    ["-x", "-x", false],
    ["a:b", "a:b", false],
    ["[*]", "[*]", false],
    ["#a", "#a", false],
  ])("%j means %j", (text, glob, exclude) => {
    expect(normalisePattern(text)).toEqual({ ok: true, value: { glob, exclude } });
  });

  it("is normal once it is normalised", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^!?[a-z./*]{1,12}$/), (text) => {
        const once = normalisePattern(text);
        if (!once.ok) return;
        expect(normalisePattern(once.value.glob)).toEqual({
          ok: true,
          value: { glob: once.value.glob, exclude: false },
        });
      }),
    );
  });
});

describe("a path", () => {
  it.each(["", ".", "/a", "../a", "a/../b", "a*", "a?b", "[a]", "!a", ":a", ".git", "a/.GIT/b", "a\\b"])(
    "is not %j",
    (text) => {
      expect(normalisePath(text)).toBeNull();
    },
  );

  it.each([
    ["./a//b/", "a/b"],
    [".github/x", ".github/x"],
    ["a b/\u00e9", "a b/\u00e9"],
  ])("%j is %j", (text, path) => {
    expect(normalisePath(text)).toBe(path);
  });
});

describe("durations and sizes", () => {
  it.each([
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["45 m", 2_700_000],
    ["1.5h", 5_400_000],
    ["14d", 1_209_600_000],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "5", "m", "-5m", "5w", "5M", "1,5h", ".5h", "5m30s", "5m\n", "٥m", `${"9".repeat(400)}d`])(
    "%j is no duration",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    ["0B", 0],
    ["512KiB", 524_288],
    ["1.5 MiB", 1_572_864],
    ["2GB", 2_147_483_648],
    ["3KB", 3072],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "10", "10M", "10 mib", "-1B", "1iB", "1TB", `${"9".repeat(30)}GiB`])(
    "%j is no size",
    (text) => {
      expect(parseSize(text)).toBeNull();
    },
  );
});
