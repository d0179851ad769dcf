import { describe, expect, it } from "vitest";
import { culpritsIn } from "../../../../src/integrations/fixers/culprits.ts";
import { unreadFiles } from "../../../../src/integrations/fixers/unread.ts";
import { projectOf } from "../../../rig/written-project.ts";

const REPORTS = [
  {
    suite: "model",
    directory: "test-reports",
    paths: ["test-reports/model.json", "test-reports/logs/test_a/session.log"],
  },
];

const named = async (texts: Readonly<Record<string, string>>) =>
  (await culpritsIn(projectOf(texts), REPORTS)).map(({ tool, path, line }) => [tool, path, line]);

const HOOKS = "repos:\n- repo: https://example.com/hooks\n  rev: v1\n  rev: v2\n  hooks:\n  - id: ";

describe("a fixer that is easy to miss", () => {
  it("stands in a configuration that says a key twice, which Python takes", async () => {
    expect(await named({ ".pre-commit-config.yaml": `${HOOKS}trailing-whitespace\n` })).toEqual([
      ["trailing-whitespace", ".pre-commit-config.yaml", 6],
    ]);
  });

  it("is the one of prek.toml", async () => {
    const text = `exclude = "^docs/"
[[repos]]
repo = "builtin"
hooks = [
  { id = "trailing-whitespace" },
  { id = "end-of-file-fixer", exclude = { glob = "test-reports/**" } },
  { id = "mixed-line-ending", files = { glob = ["**/*.log", "*.md"] } },
  { id = "check-json" },
]
`;
    const culprits = await culpritsIn(projectOf({ "prek.toml": text }), REPORTS);
    expect(culprits.map(({ tool, line, reports }) => [tool, line, reports.length])).toEqual([
      ["trailing-whitespace", 5, 2],
      ["mixed-line-ending", 7, 1],
    ]);
    expect(culprits[0]?.exemption.apply(text)).toEqual({ ok: false, error: "is not edited by gate" });
    expect(culprits[0]?.exemption.byHand).toBe(
      "exclude: ^test-reports/  for the hook trailing-whitespace in prek.toml",
    );
    expect(
      await named({ "prek.toml": 'exclude = "^test-reports/"\n'.concat(text.slice(text.indexOf("[["))) }),
    ).toEqual([]);
  });

  it.each([
    ["by a path with a dot", { "lefthook.yml": "extends: [./lint/a.yml]\n" }],
    ["by a pattern", { "lefthook.yml": "extends:\n  - lint/*.yml\n" }],
  ])("is in a file that lefthook is extended with, %s", async (_how, texts) => {
    const job = "pre-commit:\n  commands:\n    p:\n      run: npx prettier --write {staged_files}\n";
    expect(await named({ ...texts, "lint/a.yml": job })).toEqual([["prettier", "lint/a.yml", 3]]);
  });

  it("is brought in by a merge key, as lefthook reads YAML", async () => {
    const text =
      "x: &format\n  run: npx prettier --write {staged_files}\npre-commit:\n  commands:\n    p:\n      <<: *format\n      glob: '*.json'\n";
    expect(await named({ "lefthook.yml": text })).toEqual([["prettier", "lefthook.yml", 5]]);
  });

  it("stands among the hooks of husky's own file", async () => {
    const text = '{\n  "hooks": {\n    "pre-commit": "npx prettier --write ."\n  }\n}\n';
    expect(await named({ ".huskyrc.json": text })).toEqual([["prettier", ".huskyrc.json", 3]]);
  });

  it.each([
    "npm run lint",
    "npm test -- --fast",
    "timeout 60 npm run lint",
    "nice -n 10 npm run lint",
    "timeout -k 5 60 npm run lint",
  ])("stands before or behind a script that is called: %s", async (hook) => {
    const scripts = {
      prelint: "prettier --write .",
      lint: "true",
      test: "true",
      posttest: "prettier --write .",
    };
    const files = { ".husky/pre-commit": `${hook}\n`, "package.json": JSON.stringify({ scripts }) };
    const inHook = (await named(files)).filter(([, path]) => path === ".husky/pre-commit");
    expect(inHook.map(([tool]) => tool)).toEqual(["prettier"]);
  });

  it.each([
    "npm exec prettier -- --write test-reports",
    "npx --yes --package prettier -- prettier --write test-reports",
  ])("is handed its options behind dashes: %s", async (hook) => {
    expect(await named({ ".husky/pre-commit": `${hook}\n` })).toEqual([["prettier", ".husky/pre-commit", 1]]);
  });

  it("stands before a script for npm alone", async () => {
    const scripts = { prelint: "prettier --write .", lint: "true" };
    const files = { ".husky/pre-commit": "pnpm run lint\n", "package.json": JSON.stringify({ scripts }) };
    expect((await named(files)).filter(([, path]) => path === ".husky/pre-commit")).toEqual([]);
  });

  it("is called with the directory of reports that are not there yet", async () => {
    expect(await named({ ".husky/pre-commit": "npx prettier --write test-reports\n" })).toEqual([
      ["prettier", ".husky/pre-commit", 1],
    ]);
    expect(await named({ ".husky/pre-commit": "npx prettier --write src\n" })).toEqual([]);
  });
});

describe("files that could not be read", () => {
  it("are named, each with its format", async () => {
    const texts = {
      ".pre-commit-config.yaml": "repos:\n- repo: [\n",
      "lefthook.yml": "a: 1\na: 2\n",
      "prek.toml": "repos = [",
      "web/.lintstagedrc.json": '{ // why\n "*": "prettier --write" }',
      "web/.lintstagedrc": "{*",
      ".husky/pre-push": "npm test\n",
      "docs/lefthook.yml": "a: [",
      "package.json": '{\n<<<<<<< HEAD\n "lint-staged": {}',
      "pyproject.toml": "[tool.codespell\n",
      "dprint.json": "{,",
    };
    const project = projectOf(texts);
    const read = async (path: string) => (path === ".husky/pre-push" ? null : project.read(path));
    expect(await unreadFiles({ ...project, read })).toEqual([
      { path: ".husky/pre-push", why: "is no text that gate can read" },
      { path: ".pre-commit-config.yaml", why: "is not valid YAML" },
      { path: "dprint.json", why: "is not valid JSON" },
      { path: "lefthook.yml", why: "is not valid YAML" },
      { path: "package.json", why: "is not valid JSON" },
      { path: "prek.toml", why: "is not valid TOML" },
      { path: "pyproject.toml", why: "is not valid TOML" },
      { path: "web/.lintstagedrc", why: "is not valid YAML" },
      { path: "web/.lintstagedrc.json", why: "is not valid JSON" },
    ]);
  });

  it("are none where all is as it should be, and nothing else is opened for that", async () => {
    const project = projectOf({
      ".pre-commit-config.yaml": `${HOOKS}trailing-whitespace\n`,
      "lefthook.yml": "x: &a {run: 'true'}\npre-commit: {commands: {b: {<<: *a}}}\n",
      ".husky/pre-commit": "",
      "package.json": "{}",
      "web/package.json": "{",
      "src/a.ts": "",
    });
    expect(await unreadFiles(project)).toEqual([]);
    expect(project.reads).toEqual([
      ".husky/pre-commit",
      ".pre-commit-config.yaml",
      "lefthook.yml",
      "package.json",
    ]);
  });
});

/** Texts with which somebody could have others wait for as long as they like. */
const repeated = (text: string, count: number) => Array.from({ length: count }, () => text).join("");
const levels = (write: (level: number) => string) => Array.from({ length: 7 }, (_, level) => write(level));

const HOSTILE: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    "forty patterns that do not end",
    {
      ".pre-commit-config.yaml": `repos:\n- repo: https://example.com/a\n  hooks:\n${levels(
        (level) => `  - {id: trailing-whitespace, exclude: '^((([^x]+)+)+)+y${level}$'}\n`,
      )
        .join("")
        .repeat(6)}`,
    },
    ["trailing-whitespace"],
  ],
  [
    "globs of lefthook",
    {
      "lefthook.yml": `pre-commit:\n  commands:\n${levels(
        (level) =>
          `    c${level}: {run: "prettier --write {staged_files}", glob: "${repeated("*[a-z]", 14)}!"}\n`,
      ).join("")}`,
    },
    ["prettier"],
  ],
  [
    "a script of forty thousand commands",
    { ".husky/pre-commit": repeated("git diff --name-only\nblack $NAMES\n", 20_000) },
    [".husky/pre-commit, which is too long to be followed,"],
  ],
  [
    "scripts that call each other",
    {
      ".husky/pre-commit": "npm run s0\n",
      "package.json": JSON.stringify({
        scripts: Object.fromEntries(
          levels((level) => repeated(`npm run s${level + 1};`, 60)).map((text, level) => [`s${level}`, text]),
        ),
      }),
    },
    [".husky/pre-commit, which is too long to be followed,"],
  ],
  [
    "targets that need each other",
    {
      ".husky/pre-commit": "make t0\n",
      Makefile: `${levels((level) => `t${level}: ${repeated(`t${level + 1} `, 60)}\n\ttrue\n`).join("")}t3: x\nx:\n\tprettier --write test-reports\n`,
    },
    ["prettier"],
  ],
  [
    "variables that hold each other",
    {
      ".husky/pre-commit": "make a\n",
      Makefile: `${levels((level) => `V${level} = ${repeated(`$(V${level + 1}) `, 200)}\n`).join("")}a:\n\t$(V0)\n`,
    },
    [],
  ],
  [
    "braces behind braces",
    {
      "dprint.json": JSON.stringify({
        plugins: ["https://plugins.dprint.dev/json-0.19.3.wasm"],
        excludes: [repeated("{1..9}", 30)],
      }),
    },
    ["dprint"],
  ],
  [
    "braces around single names",
    { ".lintstagedrc.json": JSON.stringify({ [`${repeated("{a}", 20_000)}*`]: "prettier --write" }) },
    ["prettier"],
  ],
  [
    "what codespell skips",
    { ".codespellrc": `[codespell]\nwrite-changes =\nskip = ${repeated("*e", 40)}x\n` },
    ["codespell"],
  ],
  [
    "headings of .editorconfig",
    { ".editorconfig": `[*]\ntrim_trailing_whitespace = true\n[${repeated("{e,ee}", 40)}!]\nx = y\n` },
    [".editorconfig"],
  ],
];

describe("settings that are made to take for ever", () => {
  // so that `e` can be matched in many ways
  const long = `test-reports/logs/${repeated("e", 200)}/${repeated("e", 200)}.json`;
  const reports = REPORTS.map((one) => ({ ...one, paths: [...one.paths, long] }));

  it.each(HOSTILE)(
    "%s: the tool counts as one that is handed the reports",
    async (_what, texts, tools) => {
      const culprits = await culpritsIn(projectOf(texts), reports);
      expect([...new Set(culprits.map(({ tool }) => tool))]).toEqual(tools);
    },
    20_000,
  );
});
