import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternPathspecs } from "../../src/fingerprint/pathspecs.ts";
import { covers } from "../../src/suite/glob-cover.ts";
import { Rig } from "../rig/repository.ts";

describe("a pattern that covers another", () => {
  it.each([
    ["**", "src/*.py"],
    ["*", "src"],
    ["src", "src/*.py"],
    ["src/*", "src"],
    ["src/**", "src"],
    ["src/**", "src/**/*.py"],
    ["src/**/*.py", "src/*.py"],
    ["src/**/*.py", "src/a/**/b/*.py"],
    ["**/*.py", "*.py"],
    ["**/*.py", "src/deep/a*.py"],
    ["src/*.py", "src/a*.py"],
    ["src/*/b", "src/[ab]/b/c"],
    ["src/**/b/**/c", "src/b/x/c"],
    ["src/[ab]", "src/[ab]"],
    ["src/**/*", "src"],
    ["**/*", "src/a.py"],
    ["src/*/*", "src/a/b.py"],
    ["src/*/**", "src/a/*.py"],
    ["src", "src/[n/README.md/]ew"],
    ["**/logs", "[a-c]/logs/[x"],
  ])("%s covers %s", (wide, narrow) => {
    expect(covers(wide, narrow)).toBe(true);
  });

  it.each([
    ["src/*.py", "src"],
    ["src/a.py", "src"],
    ["src/*/b", "src/**/b"],
    ["src/*.py", "src/**/*.py"],
    ["src/*.py", "src/*.p[xy]"],
    ["src/?.py", "src/*.py"],
    ["x/[a", "x/[a/b]c"],
    ["srcs", "src"],
    ["src/*/*", "src"],
    ["src/*/**", "src"],
    ["src/*.py/**", "src/*.py"],
    ["**/*.py/**", "**/*.py"],
    ["*/**", "a"],
    ["**/README.md", "src/[n/README.md/]ew"],
    ["**/README.md", "src/[!]n/README.md/]ew"],
    ["**/README.md", "src\\[/README.md"],
    ["a\\*b", "a\\xb"],
    ["**/x", "**"],
  ])("%s does not cover %s", (wide, narrow) => {
    expect(covers(wide, narrow)).toBe(false);
  });

  it("does so for git, whatever the two are", async () => {
    const rig = await Rig.create({ hooks: false });
    const names = ["a", "b", "a.py", "ab.py", "b.md"];
    const paths = [
      ...names,
      ...names.flatMap((one) => names.map((other) => `d${one}/${other}`)),
      ...names.flatMap((one) => names.map((other) => `src/${one}d/${other}`)),
    ];
    const indexed = paths.map((path) => `100644 ${"1".repeat(40)} 0\t${path}\n`).join("");
    rig.write("index-lines", indexed);
    await rig.run("sh", ["-c", "git update-index --index-info <index-lines"]);

    const name = fc.constantFrom(
      "*",
      "**",
      "***",
      "a",
      "a*",
      "*.py",
      "?.py",
      "[ab]*",
      "src",
      "da",
      "*d",
      "d*",
      "*b*",
      "[a/]b",
      "[!a]*",
      "*.py/**",
    );
    const glob = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const globs = fc.sample(glob, { numRuns: 120, seed: 7 });
    const matched = new Map<string, ReadonlySet<string>>();
    for (const one of new Set(globs)) {
      const pathspecs = patternPathspecs({ glob: one, exclude: false, line: 1 });
      const listed = await rig.git("ls-files", "--", ...pathspecs);
      matched.set(one, new Set(listed.split("\n").filter(Boolean)));
    }
    let covered = 0;
    for (const [wide, byWide] of matched) {
      for (const [narrow, byNarrow] of matched) {
        if (wide === narrow || !covers(wide, narrow)) continue;
        covered += 1;
        const missed = [...byNarrow].filter((path) => !byWide.has(path) && path !== ownName(wide));
        expect(missed, `${wide} covers ${narrow}`).toEqual([]);
      }
    }
    expect(covered).toBeGreaterThan(100);
  });
});

/** `docs/**` is taken for `docs`, which could be a file of just that name. */
function ownName(wide: string): string {
  return wide.replace(/(?:\/\*+)+$/, "");
}
