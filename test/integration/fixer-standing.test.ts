import { describe, expect, it } from "vitest";
import { openRepository } from "../../src/adapters/git/repository.ts";
import type { Culprit } from "../../src/integrations/fixers/fixer.ts";
import { projectOnDisk, withTexts } from "../../src/integrations/fixers/project.ts";
import { standingCulprits } from "../../src/integrations/fixers/tools/standing.ts";
import { FixingGround, nodeTool } from "../rig/fixing.ts";

const JSON_REPORT = "test-reports/model-tests.json";
const LOG = "test-reports/logs/test_a/session.log";
const PATHS = [JSON_REPORT, LOG, "test-reports/logs/test_a/answer.md"];
const WRITTEN = { suite: "model-tests", directory: "test-reports", paths: PATHS };

type Texts = Readonly<Record<string, string>>;

async function culpritsOf(texts: Texts, written = WRITTEN): Promise<readonly Culprit[]> {
  const ground = await FixingGround.create(texts, []);
  return standingCulprits(await ground.project(), [written]);
}

const shown = (culprits: readonly Culprit[]) =>
  culprits.map(({ tool, path, line, reports, exemption }) => [
    tool,
    line === null ? path : `${path}:${line}`,
    reports.length,
    exemption.file,
  ]);

describe("tools that are set up", () => {
  it.each<[string, Texts, readonly unknown[]]>([
    ["nothing", { "a.py": "" }, []],
    [
      "prettier's settings",
      { ".prettierrc.yaml": "semi: false\n" },
      [["prettier", ".prettierrc.yaml", 2, ".prettierignore"]],
    ],
    [
      "prettier's settings as code",
      { "prettier.config.mjs": "export default {};" },
      [["prettier", "prettier.config.mjs", 2, ".prettierignore"]],
    ],
    [
      "prettier in package.json",
      { "package.json": '{\n  "prettier": {}\n}' },
      [["prettier", "package.json:2", 2, ".prettierignore"]],
    ],
    [
      "a script that has it write",
      { "package.json": '{\n  "scripts": {\n    "fmt": "prettier -w ."\n  }\n}' },
      [["prettier", "package.json:3", 2, ".prettierignore"]],
    ],
    [
      "a script that has it look, and a dependency",
      {
        "package.json":
          '{ "scripts": { "fmt": "prettier --check ." }, "devDependencies": { "prettier": "3" } }',
      },
      [],
    ],
    ["prettier that ignores them", { ".prettierrc": "{}", ".prettierignore": "test-reports\n" }, []],
    ["prettier elsewhere", { "web/.prettierrc": "{}" }, []],
    ["biome", { "biome.json": "{}" }, [["biome", "biome.json", 2, "biome.json"]]],
    [
      "dprint",
      { "dprint.json": '{ "plugins": ["https://plugins.dprint.dev/json-0.19.3.wasm"] }' },
      [["dprint", "dprint.json", 1, "dprint.json"]],
    ],
    ["codespell that looks", { ".codespellrc": "[codespell]\nskip = a\n" }, []],
    [
      "codespell that writes",
      { "setup.cfg": "[metadata]\n\n[codespell]\nwrite-changes =\n" },
      [["codespell", "setup.cfg:3", 3, "setup.cfg"]],
    ],
    [
      "markdownlint-cli2 that writes",
      { ".markdownlint-cli2.jsonc": '{ "fix": true, "globs": ["**/*.md"] }' },
      [["markdownlint-cli2", ".markdownlint-cli2.jsonc", 1, ".markdownlint-cli2.jsonc"]],
    ],
    ["black, which sees no Python", { "pyproject.toml": "[tool.black]\n" }, []],
    [
      "an editor",
      {
        ".editorconfig":
          "root = true\n\n[*.{json,md}]\nindent_size = 2\n\n[*]\ninsert_final_newline = true\n",
      },
      [[".editorconfig", ".editorconfig:6", 3, ".editorconfig"]],
    ],
    [
      "an editor that leaves them alone",
      {
        ".editorconfig":
          "[*]\nend_of_line = lf\nindent_style = space\n[test-reports/**]\nend_of_line = unset\n",
      },
      [],
    ],
    [
      "an editor below another",
      {
        ".editorconfig": "[*]\ncharset = utf-8\n",
        "test-reports/.editorconfig": "root = true\n[*.md]\ntrim_trailing_whitespace = true\n",
      },
      [[".editorconfig", "test-reports/.editorconfig:2", 1, "test-reports/.editorconfig"]],
    ],
    [
      "line ends of git's",
      { ".gitattributes": "# all\n* text=auto\n*.png binary\n" },
      [[".gitattributes", ".gitattributes:2", 3, ".gitattributes"]],
    ],
    [
      "large files of git's",
      { ".gitattributes": "*.log filter=lfs diff=lfs merge=lfs -text\n" },
      [[".gitattributes", ".gitattributes:1", 1, ".gitattributes"]],
    ],
    [
      "keywords and blanks of git's",
      { ".gitattributes": "*.md ident\n*.log whitespace=trailing-space\n" },
      [[".gitattributes", ".gitattributes:2", 2, ".gitattributes"]],
    ],
    [
      "an encoding of git's",
      { ".gitattributes": "*.log working-tree-encoding=UTF-16\n" },
      [[".gitattributes", ".gitattributes:1", 1, ".gitattributes"]],
    ],
    [
      "an old name for text",
      { ".gitattributes": "*.log crlf\n" },
      [[".gitattributes", ".gitattributes:1", 1, ".gitattributes"]],
    ],
    ["line ends of what is no text", { ".gitattributes": "* eol=crlf\n* -text\n" }, []],
    ["attributes of others", { ".gitattributes": "*.py text\ntest-reports/** linguist-generated\n" }, []],
    [
      "attributes that the reports' line outranks",
      {
        ".gitattributes":
          "* text=auto\ntest-reports/** -text -filter -ident -working-tree-encoding -whitespace linguist-generated\n",
      },
      [],
    ],
    [
      "attributes below others",
      { ".gitattributes": "* -text\n", "test-reports/.gitattributes": "*.log text\n" },
      [[".gitattributes", "test-reports/.gitattributes:1", 1, "test-reports/.gitattributes"]],
    ],
  ])("%s", async (_what, texts, expected) => {
    expect(shown(await culpritsOf(texts))).toEqual(expected);
  });

  it("are those of every directory above the reports", async () => {
    const texts = {
      ".prettierrc": "{}",
      "app/.prettierrc": "{}",
      "app/biome.json": "{}",
      "biome.json": "{}",
    };
    const written = { suite: "model-tests", directory: "app/out", paths: ["app/out/model-tests.json"] };
    expect(shown(await culpritsOf(texts, written))).toEqual([
      ["prettier", "app/.prettierrc", 1, "app/.prettierignore"],
      ["prettier", ".prettierrc", 1, ".prettierignore"],
      ["biome", "app/biome.json", 1, "app/biome.json"],
    ]);
  });
});

describe("exemptions of all that is set up", () => {
  const texts: Texts = {
    ".prettierrc": "{}\n",
    ".prettierignore": "# mine\ndist",
    "biome.jsonc": '{\n  // mine\n  "files": { "includes": ["**", "!dist"] },\n}\n',
    "setup.cfg": "[codespell]\n; mine\nskip = *.svg\nwrite-changes =\n",
    ".editorconfig": "# mine\r\nroot = true\r\n\r\n[*]\r\nend_of_line = lf\r\ncharset = utf-8",
    ".gitattributes": "# mine\n* text=auto\n*.log filter=lfs\n",
  };

  it("leave nobody, keep what is there, and are made once", async () => {
    const ground = await FixingGround.create(texts, []);
    const reports = [
      WRITTEN,
      {
        suite: "b",
        directory: "more/re ports",
        paths: ["more/re ports/b.json", "more/re ports/logs/t/a.log"],
      },
    ];
    const before = await ground.project();
    const culprits = await standingCulprits(before, reports);
    expect(new Set(culprits.map(({ tool }) => tool))).toEqual(
      new Set(["prettier", "biome", "codespell", ".editorconfig", ".gitattributes"]),
    );
    const changed = new Map(Object.entries(texts));
    for (const { exemption } of culprits) {
      const made = exemption.apply(changed.get(exemption.file) ?? null);
      if (!made.ok) throw new Error(made.error);
      changed.set(exemption.file, made.value);
    }
    expect(await standingCulprits(withTexts(before, changed), reports)).toEqual([]);
    for (const [path, text] of Object.entries(texts)) {
      const lines = changed.get(path)?.split(/\r?\n/) ?? [];
      for (const line of text.split(/\r?\n/).filter((one) => /mine|\[\*\]|root|auto/.test(one)))
        expect(lines).toContain(line);
    }
    expect(changed.get("biome.jsonc")).toBe(
      '{\n  // mine\n  "files": { "includes": ["**", "!dist", "!test-reports/**", "!more/re ports/**"] },\n}\n',
    );
    expect(changed.get(".editorconfig")).not.toMatch(/[^\r]\n/);
  });

  it("hold for the tools themselves, and for git", async () => {
    const ground = await FixingGround.create(texts, PATHS);
    const opened = await openRepository(ground.directory, { PATH: process.env.PATH ?? "" });
    if (!opened.ok || opened.value.topLevel === null) throw new Error("no repository");
    const project = await projectOnDisk({ ...opened.value, topLevel: opened.value.topLevel });
    for (const { exemption } of await standingCulprits(project, [WRITTEN])) {
      const made = exemption.apply(await (await ground.project()).read(exemption.file));
      if (made.ok) ground.set(exemption.file, made.value);
    }
    expect(await ground.rewritten(nodeTool("prettier"), ["--write", "."])).toEqual([]);
    expect(await ground.rewritten(nodeTool("biome"), ["check", "--write"])).toEqual([]);
    ground.write(LOG, "a\r\nb  \r\nc\n");
    await ground.run("git", ["add", LOG]);
    const [staged, plain] = await Promise.all([
      ground.run("git", ["rev-parse", `:${LOG}`]),
      ground.run("git", ["hash-object", "--no-filters", LOG]),
    ]);
    expect(staged.stdout).toBe(plain.stdout);
  });
});
