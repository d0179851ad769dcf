import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FixingGround, nodeTool, OTHERS, REPORTS } from "../rig/fixing.ts";

const BIOME = nodeTool("biome");
const lists = (files: unknown) => JSON.stringify({ files });

async function agrees(ground: FixingGround, verb: string): Promise<void> {
  const named = await ground.fixer(["biome", verb, "--write"], { files: "appended" });
  expect(await named.takes(ground.files)).toEqual(
    await ground.rewritten(BIOME, [verb, "--write", ...ground.files]),
  );
  const walked = await ground.fixer(["npx", "@biomejs/biome", verb, "--write"], { files: "none" });
  expect(await walked.takes(ground.files)).toEqual(await ground.rewritten(BIOME, [verb, "--write"]));
}

describe("what biome takes", () => {
  it.each([
    ["no lists", "{}"],
    ["a folder kept out", lists({ includes: ["**", "!test-reports"] })],
    [
      "a folder kept out, and let in in part",
      lists({ includes: ["**", "!test-reports", "test-reports/logs/**"] }),
    ],
    ["folders kept out anywhere", lists({ includes: ["**", "!**/logs"] })],
    ["a folder kept out for good", lists({ includes: ["**", "!!test-reports"] })],
    ["some files alone", lists({ includes: ["test-reports/*", "**/*.{md,jsonc}"] })],
    ["no files", lists({ includes: [] })],
    ["everything kept out, and files let in", lists({ includes: ["**", "!**", "**/*.json"] })],
    ["everything kept out for good, and let in", lists({ includes: ["!!**", "**/*"] })],
    ["lists of its formatter", '{"formatter":{"includes":["**","!test-reports"]}}'],
    ["lists of its formatter, file by file", '{"formatter":{"includes":["**","!test-reports/**"]}}'],
    ["a language switched off", '{"json":{"formatter":{"enabled":false}}}'],
    ["a formatter switched off", '{"formatter":{"enabled":false}}'],
    [
      "a folder where it is switched off",
      '{"overrides":[{"includes":["test-reports/**"],"formatter":{"enabled":false}}]}',
    ],
    ["HTML", '{"html":{"formatter":{"enabled":true}}}'],
    ["git's rules", '{// mine\n"vcs":{"enabled":true,"clientKind":"git","useIgnoreFile":true},}'],
  ])("is what it rewrites: %s", async (_what, settings) => {
    const file = settings.includes("//") ? "biome.jsonc" : "biome.json";
    const ground = await FixingGround.create({ [file]: settings, ".gitignore": "*.md\nlogs/_suite/\n" });
    await agrees(ground, "format");
    await agrees(ground, "check");
  });

  it("is what it rewrites, whatever its list says", async () => {
    const glob = fc
      .tuple(
        fc.constantFrom("", "", "!", "!!"),
        fc.constantFrom("", "**/", "test-reports/", "test-reports/**/", "*/"),
        fc.constantFrom(
          "logs",
          "**",
          "*.json",
          "test_*/*",
          "*hello*/**",
          "test*",
          "_suite",
          "{data,model*}.json",
        ),
      )
      .map((parts) => parts.join(""))
      // which biome takes for a mistake
      .filter((one) => !one.includes("**/**"));
    const ground = await FixingGround.create({});
    await fc.assert(
      fc.asyncProperty(fc.array(glob, { minLength: 1, maxLength: 4 }), async (globs) => {
        ground.set("biome.json", lists({ includes: ["**", ...globs] }));
        await agrees(ground, "format");
      }),
      { numRuns: 12 },
    );
  });
});

describe("reports that are exempt from biome", () => {
  it.each([
    ["no settings", null, '{\n  "files": {\n    "includes": ["**", "!test-reports/**"]\n  }\n}\n'],
    [
      "settings without a list",
      '{\n\t// mine\n\t"formatter": { "lineWidth": 100 }\n}\n',
      '{\n\t// mine\n\t"formatter": { "lineWidth": 100 },\n\t"files": {\n\t\t"includes": ["**", "!test-reports/**"]\n\t}\n}\n',
    ],
    [
      "a list",
      '{ "$schema": "https://biomejs.dev/schemas/2.2.0/schema.json", "files": { "includes": ["**", "!dist"] } }',
      '{ "$schema": "https://biomejs.dev/schemas/2.2.0/schema.json", "files": { "includes": ["**", "!dist", "!test-reports"] } }',
    ],
  ])("are left alone, and nothing else is: %s", async (_what, before, after) => {
    const file = before?.includes("//") && !before.includes("https") ? "biome.jsonc" : "biome.json";
    const ground = await FixingGround.create(before === null ? {} : { [file]: before });
    const rewritten = await ground.rewritten(BIOME, ["check", "--write", ...ground.files]);
    expect(await ground.exempt(["biome", "check", "--write"])).toBe(file);
    expect(ground.read(file)).toBe(after);
    const others = rewritten.filter((path) => OTHERS.includes(path));
    expect(others.length).toBeLessThan(rewritten.length);
    expect(await ground.rewritten(BIOME, ["check", "--write", ...ground.files])).toEqual(others);
    expect(await ground.rewritten(BIOME, ["check", "--write"])).toEqual(others);
    expect(await (await ground.fixer(["biome", "check", "--write"])).takes(REPORTS)).toEqual([]);
  });

  it("are left to a person where the settings take in others", async () => {
    const ground = await FixingGround.create({
      "biome.json": '{ "extends": ["./base.json"] }',
      "base.json": "{}",
    });
    await expect(ground.exempt(["biome", "check", "--write"])).rejects.toThrow("takes in other settings");
  });

  it("are named as the version at hand reads it", async () => {
    const old = await FixingGround.create({
      "package.json": '{ "devDependencies": { "@biomejs/biome": "1.9.4" } }',
      "biome.json": '{ "files": { "ignore": ["dist"] } }\n',
    });
    await old.exempt(["biome", "format", "--write", "."]);
    expect(old.read("biome.json")).toBe('{ "files": { "ignore": ["dist", "test-reports"] } }\n');
    expect(await (await old.fixer(["biome", "format", "--write", "."])).takes(REPORTS)).toEqual([]);
  });
});

describe("a biome that rewrites nothing", () => {
  it.each([
    "biome check .",
    "biome ci .",
    "biome lint",
    "biome format --stdin-file-path=a.json --write",
    "biome migrate --write",
  ])("%s", async (command) => {
    const ground = await FixingGround.create({});
    await expect(ground.fixer(command.split(" "))).rejects.toThrow("rewrites nothing");
  });
});
