import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Glob, parseGlob } from "../../../src/ignore/glob.ts";
import { commonWitnesses, matchesPart, witnessesOf } from "../../../src/ignore/witnesses.ts";

function glob(pattern: string, directory = "."): Glob {
  const parsed = parseGlob(pattern, directory);
  if (parsed === null) throw new Error(`${pattern} was not understood`);
  return parsed;
}

const common = (one: string, other: string) => commonWitnesses(glob(one), glob(other));

describe("a path that two patterns have in common", () => {
  it.each([
    ["*.log", "test-reports/logs/**/*.log"],
    [".env.*", ".env.example"],
    ["foo*", "*bar"],
    ["*.[Cc]ache", "?*.cache"],
    ["a/**/b", "**/b"],
    ["logs/", "test-reports/logs/**/*.log"],
    ["/*", "/src/"],
    ["\\#*", "\\#keep"],
  ])("is found: %s and %s", (one, other) => {
    expect(common(one, other).length + common(other, one).length).toBeGreaterThan(0);
  });

  it.each([
    ["*.log", "*.txt"],
    ["/logs/*", "/src/*"],
    ["a?", "abc"],
    ["[ab].log", "c.log"],
  ])("is not made up where there is none: %s and %s", (one, other) => {
    const below = (paths: readonly string[]) => paths.filter((path) => !path.slice(0, -1).includes("/"));
    expect(below(common(one, other))).toEqual([]);
  });
});

describe("patterns", () => {
  it("are left alone that are not understood", () => {
    for (const pattern of ["[[:alpha:]].log", "[ab", "a\\", "//"]) expect(parseGlob(pattern, ".")).toBeNull();
  });

  it("of a folder's ignore file hold below the folder", () => {
    expect(witnessesOf(glob("*.log", "src/web")).every((path) => path.startsWith("src/web/"))).toBe(true);
    expect(glob("logs/").floating).toBe(true);
    expect(glob("/logs/").floating).toBe(false);
  });

  it("match a name as long as there is one that they match", () => {
    const part = fc.array(fc.constantFrom("a", "b", "*", "?", "[ab]", "x"), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(part, fc.stringMatching(/^[abx]{1,5}$/), (steps, name) => {
        const [only] = glob(`/${steps.join("")}`).parts;
        if (only === undefined || only === "directories") throw new Error("one part was written");
        const source = steps.map((step) => (step === "*" ? ".*" : step === "?" ? "." : step)).join("");
        expect(matchesPart(only, name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });
});
