import { describe, expect, it } from "vitest";
import { culpritsIn } from "../../../../src/integrations/fixers/culprits.ts";
import type { Culprit } from "../../../../src/integrations/fixers/fixer.ts";
import { exempted, projectOf } from "../../../rig/written-project.ts";

const NAMES = ["model.hash", "model.json", "logs/test_a/session.log", "logs/test_a/metadata.json"];
const reportsIn = (directory: string) => ({
  suite: "model",
  directory,
  paths: NAMES.map((name) => `${directory}/${name}`),
});
const REPORTS = [reportsIn("test-reports")];

const shortly = (culprits: readonly Culprit[]) =>
  culprits.map(({ tool, path, line, exemption }) => [tool, path, line, exemption.file]);

const framework = (repo: string, ...hooks: readonly string[]) =>
  `repos:\n- repo: ${repo}\n  rev: v1\n  hooks:\n${hooks.map((hook) => `  - ${hook}\n`).join("")}`;
const ELSEWHERE = "https://example.com/hooks";

describe("whoever would rewrite reports", () => {
  it("is nobody where nothing is set up, and hardly anything is read to see that", async () => {
    const project = projectOf({ "gate.yaml": "", "src/a.py": "", "docs/b.md": "", "c.json": "{}" });
    expect(await culpritsIn(project, REPORTS)).toEqual([]);
    expect(project.reads).toEqual([]);
  });

  it("is named once where several roads lead to it and one exemption ends them all", async () => {
    const texts = {
      ".prettierrc": "{}",
      ".husky/pre-commit": "npx lint-staged\nnpm run format\n",
      "package.json": JSON.stringify({
        scripts: { format: "prettier --write ." },
        "lint-staged": { "*.json": "prettier --write", "*": "prettier -w -u" },
      }),
      ".pre-commit-config.yaml": framework(ELSEWHERE, "id: prettier"),
      "lefthook.yml": "pre-commit:\n  jobs:\n    - run: npx prettier --write {staged_files}\n",
    };
    const culprits = await culpritsIn(projectOf(texts), REPORTS);
    expect(shortly(culprits)).toEqual([["prettier", ".husky/pre-commit", 2, ".prettierignore"]]);
    expect(await culpritsIn(projectOf(exempted(texts, culprits)), REPORTS)).toEqual([]);
  });

  it("is kept away by the hook's own exclude, so that other hooks go on seeing the reports", async () => {
    const text = framework(ELSEWHERE, "id: prettier", "id: detect-private-key", "{id: end-of-file-fixer}");
    const texts = { ".pre-commit-config.yaml": text };
    const culprits = await culpritsIn(projectOf(texts), REPORTS);
    expect(shortly(culprits)).toEqual([
      ["prettier", ".pre-commit-config.yaml", 5, ".pre-commit-config.yaml"],
      ["end-of-file-fixer", ".pre-commit-config.yaml", 7, ".pre-commit-config.yaml"],
    ]);
    expect(culprits[0]?.reports).toEqual([
      "test-reports/model.json",
      "test-reports/logs/test_a/metadata.json",
    ]);
    expect(culprits[0]?.exemption.byHand).toBe(
      "exclude: ^test-reports/  for the hook prettier in .pre-commit-config.yaml",
    );
    const after = exempted(texts, culprits);
    expect(after[".pre-commit-config.yaml"]).toBe(
      framework(
        ELSEWHERE,
        "id: prettier\n    exclude: ^test-reports/",
        "id: detect-private-key",
        '{id: end-of-file-fixer, exclude: "^test-reports/"}',
      ),
    );
    expect(await culpritsIn(projectOf(after), REPORTS)).toEqual([]);
  });

  it("is kept from the directories of all suites by one edit", async () => {
    const suites = [reportsIn("test-reports"), reportsIn("other/reports")];
    const texts = {
      ".pre-commit-config.yaml": framework(ELSEWHERE, "id: trailing-whitespace\n    exclude: ^docs/"),
    };
    const culprits = await culpritsIn(projectOf(texts), suites);
    expect(culprits).toHaveLength(1);
    expect(culprits[0]?.reports).toHaveLength(8);
    const after = exempted(texts, culprits);
    expect(after[".pre-commit-config.yaml"]).toContain("exclude: ^docs/|^test-reports/|^other/reports/\n");
    expect(await culpritsIn(projectOf(after), suites)).toEqual([]);
  });

  it.each([
    ["id: trailing-whitespace", ELSEWHERE, true],
    ["id: trailing-whitespace\n    stages: [manual]", ELSEWHERE, true],
    ["id: trailing-whitespace\n    stages: [push]", ELSEWHERE, true],
    ["id: trailing-whitespace\n    stages: [commit-msg]", ELSEWHERE, false],
    ["id: trailing-whitespace\n    files: ^src/", ELSEWHERE, false],
    ["id: trailing-whitespace\n    types: [python]", ELSEWHERE, false],
    ["id: trailing-whitespace\n    exclude_types: [text]", ELSEWHERE, false],
    ["id: end-of-file-fixer\n    exclude: ^(test-)?reports/", ELSEWHERE, false],
    ["id: pretty-format-json", ELSEWHERE, false],
    ["id: pretty-format-json\n    args: [--autofix, --indent, '2']", ELSEWHERE, true],
    ["id: codespell", ELSEWHERE, false],
    ["id: codespell\n    args: [-w]", ELSEWHERE, true],
    ["id: typos", ELSEWHERE, true],
    ["id: typos\n    args: [--force-exclude]", ELSEWHERE, false],
    ["id: black", ELSEWHERE, false],
    ["id: ruff-format", ELSEWHERE, false],
    ["id: clang-format", ELSEWHERE, true],
    ["id: remove-tabs", ELSEWHERE, true],
    ["id: detect-secrets", ELSEWHERE, false],
    ["id: mine\n    entry: 'sed -i s/a/b/'\n    language: system", "local", true],
    ["id: mine\n    entry: 'sed -i s/a/b/'\n    language: system\n    pass_filenames: false", "local", false],
    ["id: mine\n    entry: 'prettier --write .'\n    language: node\n    pass_filenames: no", "local", true],
    [
      "id: mine\n    entry: 'prettier --write src'\n    language: node\n    pass_filenames: no",
      "local",
      false,
    ],
    ["id: mine\n    entry: 'sed -i'\n    language: pygrep", "local", false],
    [
      'id: mine\n    entry: \'bash -c "black -q src; dos2unix \\"$@\\"" --\'\n    language: system',
      "local",
      true,
    ],
    ["id: trailing-whitespace\n    entry: grep teh\n    language: system", "local", false],
    ["id: identity", "meta", false],
  ])("among the framework's hooks: %s (%s) %s", async (hook, repo, rewrites) => {
    const project = projectOf({ ".pre-commit-config.yaml": framework(repo, hook) });
    expect((await culpritsIn(project, REPORTS)).length > 0).toBe(rewrites);
  });

  it.each([
    ["exclude: ^test-reports/\n", 0],
    ["files: ^src/\n", 0],
    ["exclude: ^test-reports/logs/\n", 1],
    ["default_stages: [commit-msg]\n", 0],
  ])("as the whole configuration allows: %s", async (head, number) => {
    const text = head + framework(ELSEWHERE, "id: mixed-line-ending");
    expect(await culpritsIn(projectOf({ ".pre-commit-config.yaml": text }), REPORTS)).toHaveLength(number);
  });

  it.each([
    [
      "lint-staged hands over absolute paths",
      { "package.json": '{"lint-staged": {"*": "typos -w --force-exclude"}}' },
      1,
    ],
    [
      "the framework relative ones",
      {
        ".pre-commit-config.yaml": framework(
          "local",
          "{id: t, language: system, entry: typos -w --force-exclude}",
        ),
      },
      0,
    ],
  ])("is judged by the paths that it gets: %s", async (_, texts, number) => {
    const start = {
      ".husky/pre-commit": "npx lint-staged\n",
      "typos.toml": '[files]\nextend-exclude = ["test-reports/"]\n',
    };
    const found = await culpritsIn(projectOf({ ...start, ...texts }), REPORTS);
    expect(found.filter(({ tool }) => tool === "typos")).toHaveLength(number);
  });

  it("keeps what a hook's repository excludes", async () => {
    const texts = { ".pre-commit-config.yaml": framework(ELSEWHERE, "id: remove-tabs") };
    const after = exempted(texts, await culpritsIn(projectOf(texts), REPORTS));
    expect(after[".pre-commit-config.yaml"]).toContain(
      "exclude: (Makefile|debian/rules|.gitmodules)(\\.in)?$|^test-reports/\n",
    );
  });

  it("is not believed exempt by a pattern that cannot be read or that does not end", async () => {
    for (const exclude of ["'(^test-reports/'", "'^(test-reports/)?(?:\\1)'", "'^((([^x]+)+)+)+y$'"]) {
      const texts = { ".pre-commit-config.yaml": framework(ELSEWHERE, `id: typos\n    exclude: ${exclude}`) };
      const culprits = await culpritsIn(projectOf(texts), REPORTS);
      expect(culprits.map(({ tool }) => tool)).toEqual(["typos"]);
    }
    const broken = { ".pre-commit-config.yaml": framework(ELSEWHERE, "id: typos\n    exclude: '(^a'") };
    const [culprit] = await culpritsIn(projectOf(broken), REPORTS);
    expect(culprit?.exemption.apply(broken[".pre-commit-config.yaml"])).toEqual({
      ok: false,
      error: "has an exclude for typos that gate cannot read",
    });
  });

  it("survives settings that are none", async () => {
    for (const text of [
      "",
      "repos: 1",
      "repos: [1, {hooks: 2}, {hooks: [3, {id: 4}]}]",
      "[".repeat(20_000),
      "a: *b",
    ]) {
      const places = [
        ".pre-commit-config.yaml",
        "lefthook.yml",
        ".lintstagedrc",
        "package.json",
        ".husky/pre-commit",
      ];
      const project = projectOf(Object.fromEntries(places.map((place) => [place, text])));
      expect(await culpritsIn(project, REPORTS)).toEqual([]);
    }
  });
});
