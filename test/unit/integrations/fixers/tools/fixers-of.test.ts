import { describe, expect, it } from "vitest";
import { fixersOf } from "../../../../../src/integrations/fixers/tools/fixers-of.ts";
import type { Circumstances } from "../../../../../src/integrations/fixers/tools/tool.ts";
import { projectOf } from "../../../../rig/memory-project.ts";

const REPORTS = [
  "test-reports/model-tests.json",
  "test-reports/logs/test_a/session.log",
  "test-reports/logs/test_a/answer.md",
  "test-reports/logs/test_a/out.yaml",
  "test-reports/logs/test_a/out.toml",
  "test-reports/logs/test_a/run.py",
  "test-reports/logs/test_a/page.js",
];
const FILES = { "src/a.py": "", "docs/a.md": "", "test-reports/old.json": "" };

async function taken(
  command: string,
  texts: Readonly<Record<string, string>> = {},
  circumstances: Circumstances = {},
): Promise<readonly string[] | null> {
  const fixers = await fixersOf(command.split(" "), projectOf({ ...FILES, ...texts }), circumstances);
  if (fixers.length === 0) return null;
  const found = await Promise.all(fixers.map(({ takes }) => takes(REPORTS)));
  return REPORTS.filter((path) => found.flat().includes(path)).map((path) =>
    path.slice(path.lastIndexOf("/") + 1),
  );
}

const ALL = REPORTS.map((path) => path.slice(path.lastIndexOf("/") + 1));
const MARKDOWN = ["answer.md"];

describe("files that are given by name", () => {
  it.each<[string, readonly string[]]>([
    ["sed -i s/a/b/", ALL],
    ["sed -ni.bak p", ALL],
    ["sed --in-place -e s/i/x/", ALL],
    ["gsed -i.orig s/a/b/", ALL],
    ["perl -pi -e s/a/b/", ALL],
    ["dos2unix", ALL],
    ["xargs -0 dos2unix -k", ALL],
    ["trailing-whitespace-fixer --markdown-linebreak-ext=md", ALL],
    ["python -m pre_commit_hooks.end_of_file_fixer", ALL],
    ["mixed-line-ending", ALL],
    ["mixed-line-ending --fix=lf", ALL],
    ["pretty-format-json --autofix", ALL],
    ["mdformat", ALL],
    ["yamlfmt", ALL],
    ["black", ALL],
    ["ruff check --fix", ALL],
    ["ruff format", ALL],
    ["isort --profile black", ALL],
    ["codespell -w", ALL],
    ["typos --write-changes", ALL],
    ["markdownlint --fix", ALL],
    ["markdownlint-cli2 --fix", ALL],
    ["taplo fmt", ["out.toml"]],
    ["npx @taplo/cli format", ["out.toml"]],
    ["eslint --fix", ["page.js"]],
    ["npx eslint_d --fix --max-warnings 0", ["page.js"]],
    ["find . -name *.log -exec sed -i s/a/b/ {} ;", ["session.log"]],
    ["pretty-quick --staged", ["model-tests.json", "answer.md", "out.yaml", "page.js"]],
  ])("%s", async (command, expected) => {
    expect(await taken(command, {}, { files: "appended" })).toEqual(expected);
    expect(await taken(command)).toEqual(expected);
  });
});

describe("commands that rewrite nothing", () => {
  it.each([
    "sed s/a/b/",
    "sed -n -e s/i/x/ -f i",
    "sed -E s/i/x/",
    "perl -ne 'print-i'",
    "dos2unix -i",
    "mixed-line-ending --fix=no",
    "mixed-line-ending -f no",
    "pretty-format-json",
    "mdformat --check",
    "yamlfmt -lint",
    "yamlfmt -dry",
    "black --check",
    "black --diff",
    "ruff check",
    "ruff check --fix --diff",
    "ruff format --check",
    "isort -c",
    "codespell",
    "typos",
    "typos -w --diff",
    "markdownlint",
    "markdownlint-cli2",
    "taplo lint",
    "taplo fmt --check",
    "eslint",
    "eslint --fix-dry-run",
    "dprint check",
    "dprint fmt",
    "check-yaml",
    "constructor --write",
    "__proto__ -w",
    "git diff",
  ])("%s", async (command) => {
    expect(await taken(command, {}, { files: "appended" })).toBeNull();
  });
});

describe("what a command's own words reach", () => {
  it.each<[string, Circumstances, readonly string[] | null]>([
    ["prettier --write docs", {}, []],
    ["prettier --write docs", { files: "none" }, []],
    ["prettier --write .", { files: "none" }, ["model-tests.json", "answer.md", "out.yaml", "page.js"]],
    ["prettier --write", { files: "none" }, []],
    ["prettier --write docs {staged_files}", {}, ["model-tests.json", "answer.md", "out.yaml", "page.js"]],
    ['prettier --write "$@"', { files: "none" }, ["model-tests.json", "answer.md", "out.yaml", "page.js"]],
    [
      "prettier --write docs",
      { files: "appended" },
      ["model-tests.json", "answer.md", "out.yaml", "page.js"],
    ],
    ["prettier --write **/*.{md,json}", { files: "none" }, ["model-tests.json", "answer.md"]],
    ["prettier --write . !test-reports/logs/**", { files: "none" }, ["model-tests.json"]],
    [
      "prettier --write ../test-reports",
      { files: "none", directory: "docs" },
      ["model-tests.json", "answer.md", "out.yaml", "page.js"],
    ],
    ["prettier --write .", { files: "none", directory: "docs" }, []],
    ["ruff format", { files: "none" }, ["run.py"]],
    ["ruff format src", { files: "none" }, []],
    ["black .", { files: "none" }, ["run.py"]],
    ["black", { files: "none" }, []],
    ["sed -i s/a/b/ docs/a.md", { files: "none" }, []],
    ["sed -i s/a/b/ test-reports/old.json", { files: "none" }, []],
    ["markdownlint --fix .", { files: "none" }, MARKDOWN],
    ["codespell -w docs", { files: "none" }, []],
  ])("%s %j", async (command, circumstances, expected) => {
    expect(await taken(command, {}, circumstances)).toEqual(expected);
  });
});

describe("settings of tools that are code, or rarely seen", () => {
  it("reads what eslint ignores where it stands in quotes", async () => {
    const config = (text: string) => taken("eslint --fix", { "eslint.config.js": text });
    expect(await config('export default [{ ignores: ["dist/", "test-reports/**"] }];')).toEqual([]);
    expect(await config('export default [globalIgnores(["test-reports"])];')).toEqual([]);
    expect(await config('// { ignores: ["test-reports/**"] }\nexport default [];')).toEqual(["page.js"]);
    expect(await taken("eslint --fix", { ".eslintignore": "test-reports\n" })).toEqual([]);
    expect(
      await taken("eslint --fix", { ".eslintrc.json": '{ "ignorePatterns": "test-reports/" }' }),
    ).toEqual([]);
    const package_ = {
      "package.json": '{ "devDependencies": { "@eslint/json": "1", "@eslint/markdown": "1" } }',
    };
    expect(await taken("eslint --fix", package_)).toEqual(["model-tests.json", "answer.md", "page.js"]);
  });

  it("honours the lists of dprint, taplo, yamlfmt and markdownlint-cli2", async () => {
    const plugins =
      '"plugins": ["https://plugins.dprint.dev/json-0.19.wasm", "https://plugins.dprint.dev/markdown-0.17.wasm"]';
    expect(await taken("dprint fmt", { "dprint.json": `{ ${plugins} }` })).toEqual([
      "model-tests.json",
      "answer.md",
    ]);
    expect(await taken("dprint fmt", { "dprint.json": `{ ${plugins}, "excludes": ["**/logs"] }` })).toEqual([
      "model-tests.json",
    ]);
    expect(await taken("taplo fmt", { ".taplo.toml": 'exclude = ["test-reports/**"]' })).toEqual([]);
    expect(await taken("yamlfmt", { ".yamlfmt": "exclude:\n  - test-reports/logs\n" })).toEqual([
      "model-tests.json",
    ]);
    const ignores = { ".markdownlint-cli2.yaml": "fix: true\nignores:\n  - test-reports/logs/**\n" };
    expect(await taken("markdownlint-cli2", ignores)).toEqual(["model-tests.json"]);
    expect(await taken("eclint fix", { ".editorconfig": "[*.md]\nend_of_line = lf\n" })).toEqual(MARKDOWN);
  });

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ["eslint --fix", { ".eslintignore": "dist\n" }, ".eslintignore", "dist\n/test-reports/\n"],
    ["stylelint --fix", {}, ".stylelintignore", "/test-reports/\n"],
    ["markdownlint --fix", { ".markdownlintignore": "a" }, ".markdownlintignore", "a\n/test-reports/\n"],
    ["markdownlint-cli2 --fix", {}, ".markdownlint-cli2.jsonc", '{\n  "ignores": ["test-reports/**"]\n}\n'],
    [
      "markdownlint-cli2 --fix",
      { ".markdownlint-cli2.yaml": "# mine\nignores:\n  - a\n" },
      ".markdownlint-cli2.yaml",
      "# mine\nignores:\n  - a\n  - test-reports/**\n",
    ],
    [
      "dprint fmt",
      { "dprint.json": '{ "plugins": [] }\n' },
      "dprint.json",
      '{ "plugins": [], "excludes": ["test-reports/**"] }\n',
    ],
    ["taplo fmt", { "taplo.toml": "# mine\n" }, "taplo.toml", '# mine\nexclude = ["test-reports/**"]\n'],
    [
      "yamlfmt",
      { ".yamlfmt": "exclude:\n  - a # b\n" },
      ".yamlfmt",
      "exclude:\n  - a # b\n  - test-reports\n",
    ],
    [
      "eclint fix",
      { ".editorconfig": "root = true\n\n[*]\ncharset = utf-8\n" },
      ".editorconfig",
      "root = true\n\n[*]\ncharset = utf-8\n\n[test-reports/**]\ncharset = unset\nend_of_line = unset\ninsert_final_newline = unset\ntrim_trailing_whitespace = false\n",
    ],
  ])("%s is told with %j", async (command, texts, file, after) => {
    const [fixer] = await fixersOf(command.split(" "), projectOf({ ...FILES, ...texts }));
    const exemption = await fixer?.exempt?.("test-reports");
    expect(exemption?.file).toBe(file);
    const made = exemption?.apply(texts[file] ?? null);
    expect(made).toEqual({ ok: true, value: after });
    expect(await taken(command, { ...texts, [file]: after })).toEqual([]);
  });

  it("leaves code to a person", async () => {
    const [fixer] = await fixersOf(
      ["eslint", "--fix"],
      projectOf({ "eslint.config.mjs": "export default [];" }),
    );
    const exemption = await fixer?.exempt?.("test-reports");
    expect(exemption?.byHand).toBe(
      'Add to the list that eslint.config.mjs exports:  { ignores: ["test-reports/**"] }',
    );
    expect(exemption?.apply("export default [];")).toEqual({
      ok: false,
      error: "is code, which gate does not edit",
    });
  });
});

describe("settings that nobody can read", () => {
  it.each(["{", "[".repeat(200_000), '{"a":'.repeat(200_000), "\uFEFF", "[x\n", "&a [*a, *a]"])(
    "%.20s",
    async (text) => {
      const names = [".prettierrc", "package.json", "biome.json", "dprint.json", ".eslintrc.json"];
      const others = [
        "pyproject.toml",
        "setup.cfg",
        ".yamlfmt",
        "typos.toml",
        ".taplo.toml",
        ".editorconfig",
      ];
      const texts = Object.fromEntries([...names, ...others].map((name) => [name, text]));
      const commands = [
        "prettier --write",
        "eslint --fix",
        "black",
        "ruff format",
        "codespell -w",
        "typos -w",
        "yamlfmt",
        "taplo fmt",
      ];
      for (const command of [...commands, "biome check --write", "markdownlint-cli2 --fix", "eclint fix"]) {
        expect(await taken(command, texts), command).not.toBeNull();
      }
    },
  );
});

describe("files that are given by their whole paths", () => {
  const skipped = { "setup.cfg": "[codespell]\nskip = test-reports/*\n" };

  it.each<[string, Readonly<Record<string, string>>, "keeps" | "does not keep"]>([
    ["codespell -w", skipped, "does not keep"],
    ["codespell -w", { "setup.cfg": "[codespell]\nskip = test-reports/*,*/test-reports/*\n" }, "keeps"],
    [
      "typos -w --force-exclude",
      { "typos.toml": '[files]\nextend-exclude = ["/test-reports/"]\n' },
      "does not keep",
    ],
    ["yamlfmt", { ".yamlfmt": "exclude:\n  - test-reports\n" }, "does not keep"],
    ["prettier --write", { ".prettierignore": "/test-reports/\n" }, "keeps"],
    [
      "biome check --write",
      { "biome.json": '{ "files": { "includes": ["**", "!test-reports"] } }' },
      "keeps",
    ],
  ])("%s with %j: what keeps it from relative paths %s it from these", async (command, texts, keeps) => {
    expect(await taken(command, texts, { files: "appended" })).toEqual([]);
    const found = await taken(command, texts, { files: "appended", absolute: true });
    expect(found?.length === 0).toBe(keeps === "keeps");
  });

  it("are exempt where that can be said", async () => {
    const [fixer] = await fixersOf(["codespell", "-w"], projectOf(skipped), { absolute: true });
    const exemption = await fixer?.exempt?.("test-reports");
    const made = exemption?.apply(skipped["setup.cfg"]);
    const after = { "setup.cfg": made?.ok ? made.value : "" };
    expect(await taken("codespell -w", after, { absolute: true })).toEqual([]);
    const [other] = await fixersOf(["yamlfmt"], projectOf({}), { absolute: true });
    expect(other?.exempt).toBeNull();
  });
});

describe("directories of odd names", () => {
  it.each(["re[1]ports", "a b/re*ports", "#reports", "!reports", "{a,b}", "re(p)orts"])(
    "%s",
    async (directory) => {
      const path = `${directory}/logs/test/metadata.json`;
      const commands = [
        "prettier --write",
        "biome check --write",
        "codespell -w",
        "black",
        "typos -w --force-exclude",
        "ruff format --force-exclude",
        "eclint fix",
        "yamlfmt",
        "markdownlint --fix",
      ];
      for (const command of commands) {
        const texts = { ".editorconfig": "[*]\nend_of_line = lf\n" };
        const [fixer] = await fixersOf(command.split(" "), projectOf(texts));
        expect(await fixer?.takes([path]), command).toEqual([path]);
        const exemption = await fixer?.exempt?.(directory);
        const made = exemption?.apply(exemption.file === ".editorconfig" ? texts[".editorconfig"] : null);
        // it is named so that the tool understands, or left to a person
        if (exemption === undefined || made?.ok !== true) continue;
        const after = projectOf({ ...texts, [exemption.file]: made.value });
        const [exempted] = await fixersOf(command.split(" "), after);
        expect(await exempted?.takes([path]), `${command}: ${made.value}`).toEqual([]);
      }
    },
  );
});
