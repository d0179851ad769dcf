import fc from "fast-check";
import { getFileInfo, getSupportInfo } from "prettier";
import { describe, expect, it } from "vitest";
import { hasParser } from "../../src/integrations/fixers/tools/prettier-languages.ts";
import { FixingGround, nodeTool, OTHERS, REPORTS } from "../rig/fixing.ts";

const PRETTIER = nodeTool("prettier");

describe("what prettier takes", () => {
  it("is every name that it has a parser for, and no other", async () => {
    const { languages } = await getSupportInfo();
    const names = languages.flatMap(({ extensions = [], filenames = [] }) => [
      ...extensions.map((end) => `x${end}`),
      ...filenames,
    ]);
    const others = "a.log a.txt a.hash a.json.sig a.puml a.csv a.ndjson a.toml a.py json README.rst".split(
      " ",
    );
    const asked = [...names, ...others].map(async (name) => {
      const { inferredParser } = await getFileInfo(name, { resolveConfig: false });
      return [name, inferredParser !== null];
    });
    expect([...names, ...others].map((name) => [name, hasParser(name, [])])).toEqual(
      await Promise.all(asked),
    );
  });

  const line = fc
    .tuple(
      fc.constantFrom("", "", "!", "/", "!/"),
      fc.constantFrom(
        "test-reports",
        "logs",
        "*",
        "**",
        "test_*",
        "*.json",
        "*.{md,json}",
        "test[_ ]*",
        "TEST-reports",
        "#x",
      ),
      fc.constantFrom("", "/", "/*", "/**", "/logs/**", "/**/*.json"),
      fc.constantFrom("", "", "", " ", "\\ ", "\r"),
    )
    .map((parts) => parts.join(""));
  const rules = fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n"));

  it("is what its ignore files leave, as prettier itself reads them", async () => {
    const ground = await FixingGround.create({});
    await fc.assert(
      fc.asyncProperty(rules, rules, async (own, git) => {
        ground.write(".prettierignore", own);
        ground.write(".gitignore", git);
        const { takes } = await ground.fixer(["prettier", "--write"], { files: "appended" });
        const ignorePath = [".gitignore", ".prettierignore"].map((name) => `${ground.directory}/${name}`);
        const asked = REPORTS.map(async (path) => {
          const info = await getFileInfo(`${ground.directory}/${path}`, { ignorePath });
          return info.ignored || info.inferredParser === null ? [] : [path];
        });
        expect(await takes(REPORTS)).toEqual((await Promise.all(asked)).flat());
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["no settings", {}],
    [
      "parsers for some names",
      {
        ".prettierrc":
          'overrides:\n  - files: ["*.log", "test-reports/*.{sig,hash}"]\n    options: { parser: json }\n',
      },
    ],
    [
      "settings of package.json",
      {
        "package.json":
          '{"prettier":{"overrides":[{"files":"*.puml","excludeFiles":"x.*","options":{"parser":"json"}}]}}',
      },
    ],
    ["files that ask for it", { ".prettierrc.toml": "requirePragma = true\n" }],
    ["ignored by git", { ".gitignore": "*.md\nlogs/_suite/\n" }],
    ["let in again", { ".prettierignore": "test-reports/*\n!test-reports/logs\n" }],
  ])("is what it rewrites: %s", async (_what, settings) => {
    const ground = await FixingGround.create(settings);
    const named = await ground.fixer(["prettier", "--write"], { files: "appended" });
    expect(await named.takes(ground.files)).toEqual(
      await ground.rewritten(PRETTIER, ["--write", ...ground.files]),
    );
    const walked = await ground.fixer(["npx", "prettier", "-w", "."], { files: "none" });
    expect(await walked.takes(ground.files)).toEqual(await ground.rewritten(PRETTIER, ["--write", "."]));
    const part = ["--write", "test-reports/logs", "docs/*.md", "!**/_suite/**"];
    const some = await ground.fixer(["yarn", "prettier", ...part], { files: "none" });
    expect(await some.takes(ground.files)).toEqual(await ground.rewritten(PRETTIER, part));
  });
});

describe("reports that are exempt from prettier", () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["no settings", {}, []],
    ["rules that let them in", { ".prettierignore": "*.md\n!test-reports/**\n" }, []],
    ["rules without a last line end", { ".prettierignore": "# mine\r\n*.md" }, []],
    ["rules of another name", { "config/ignored": "*.md\n" }, ["--ignore-path", "config/../.formatignore"]],
  ])("are left alone, and nothing else is: %s", async (_what, settings, options) => {
    const ground = await FixingGround.create(settings);
    const before = await ground.rewritten(PRETTIER, ["--write", ...options, ...ground.files]);
    await ground.exempt(["prettier", "--write", ...options], { files: "appended" });
    const after = await ground.rewritten(PRETTIER, ["--write", ...options, ...ground.files]);
    expect(before.some((path) => REPORTS.includes(path))).toBe(true);
    expect(after).toEqual(before.filter((path) => OTHERS.includes(path)));
    expect(await ground.rewritten(PRETTIER, ["--write", ...options, "."])).toEqual(after);
    const { takes } = await ground.fixer(["prettier", "--write", ...options], { files: "appended" });
    expect(await takes(REPORTS)).toEqual([]);
  });

  it("keeps what is there and adds one line", async () => {
    const ground = await FixingGround.create({ ".prettierignore": "# mine\r\n*.md" });
    await ground.exempt(["prettier", "--write", "."]);
    expect(ground.read(".prettierignore")).toBe("# mine\r\n*.md\r\n/test-reports/\r\n");
  });

  it("never writes into git's own rules", async () => {
    const ground = await FixingGround.create({ ".gitignore": "dist/\n" });
    const command = ["prettier", "--ignore-path", ".gitignore", "--write", "."];
    await expect(ground.exempt(command)).rejects.toThrow(
      "is not read where prettier is given another --ignore-path",
    );
  });
});

describe("a prettier that rewrites nothing", () => {
  it.each([
    "prettier .",
    "prettier --check .",
    "npx prettier -l .",
    "prettier --write --help",
    "pretty-quick --check",
  ])("%s", async (command) => {
    const ground = await FixingGround.create({});
    await expect(ground.fixer(command.split(" "))).rejects.toThrow("rewrites nothing");
  });
});
