import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  culpritsOnDisk,
  exemptAll,
  PROGRAMS,
  REPORTS,
  restoreReports,
  rewrittenReports,
  writeReports,
} from "../rig/fixed-reports.ts";
import { Rig } from "../rig/repository.ts";

async function emptyRig(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  await rig.git("commit", "--allow-empty", "-qm", "nothing");
  return rig;
}

/** Every call leaves its own mark in what it is given. */
const mark = (name: string) => `sed -i "$ s/$/ ${name};/"`;
const markedBy = (rig: Rig, name: string) => REPORTS.filter((path) => rig.read(path).includes(` ${name};`));

describe("lint-staged", () => {
  const LINT_STAGED = ["--concurrent", "false", "--no-stash", "--allow-empty", "--quiet"];

  async function runLintStaged(rig: Rig, ...args: readonly string[]): Promise<string> {
    const path = { PATH: `${PROGRAMS}:${rig.env.PATH ?? ""}` };
    const ended = await rig.run(join(PROGRAMS, "lint-staged"), [...LINT_STAGED, ...args], path);
    return ended.stdout + ended.stderr;
  }

  const globs = fc.constantFrom(
    "*",
    "*.json",
    "*.{md,log}",
    "*.{json}",
    "*.{{md,html}}",
    "**/*.log",
    "test-reports/**",
    "test-reports/*",
    "test-reports/logs/*/session*",
    "./test-reports/*.puml",
    "!(test-reports)/**/*.md",
    "!test-reports/**",
    "**/test_\\[a-b\\].puml",
    "test-reports/**/!(session|metadata)*.{log,json,md}",
    "../*.md",
    "logs/**/*.json",
    "[a-z]*.csv",
    "**/.*",
    "?*.hash",
    "(*.txt|*.sig)",
    "logs/größe/*",
  );
  const places = fc.constantFrom(
    ".lintstagedrc",
    ".lintstagedrc.json",
    ".lintstagedrc.yaml",
    "package.json",
    "lint-staged.config.mjs",
    "test-reports/.lintstagedrc.json",
    "test-reports/logs/.lintstagedrc.yml",
    "test-reports/package.json",
  );
  const configurations = fc.uniqueArray(
    fc.record({ place: places, globs: fc.uniqueArray(globs, { minLength: 1, maxLength: 5 }) }),
    { selector: ({ place }) => place, minLength: 1, maxLength: 3 },
  );

  function written(place: string, commands: Readonly<Record<string, string>>): string {
    if (place.endsWith("package.json")) return JSON.stringify({ "lint-staged": commands }, null, 2);
    const text = JSON.stringify(commands, null, 2);
    return place.endsWith(".mjs") ? `// formats\nexport default ${text};\n` : text;
  }

  const runs = Number(process.env.GATE_LONG_GLOBS ?? 10);

  it("hands to each command what gate says that it hands over", {
    timeout: 60_000 + runs * 3_000,
  }, async () => {
    for (const configuration of fc.sample(configurations, runs)) {
      const rig = await emptyRig();
      const names: string[] = [];
      for (const [which, { place, globs: own }] of configuration.entries()) {
        const commands = own.map((glob, index) => {
          names.push(`${which}_${index}`);
          return [glob, mark(`${which}_${index}`)];
        });
        rig.write(place, written(place, Object.fromEntries(commands)));
      }
      await writeReports(rig, () => "one\n");
      const culprits = await culpritsOnDisk(rig);
      const output = await runLintStaged(rig);
      const marked = names.map((name) => [name, markedBy(rig, name)]).filter(([, paths]) => paths?.length);
      const said = configuration.flatMap(({ place, globs: own }, which) =>
        own.map((glob, index) => {
          const line =
            rig
              .read(place)
              .split("\n")
              .findIndex((text) => text.includes(` ${which}_${index};`)) + 1;
          const found = culprits.filter((one) => one.path === place && one.line === line);
          expect(found.length, glob).toBeLessThan(2);
          return [`${which}_${index}`, found[0]?.reports ?? []] as const;
        }),
      );
      const sorted = said.map(([name, paths]) => [name, REPORTS.filter((path) => paths.includes(path))]);
      expect(
        sorted.filter(([, paths]) => paths?.length),
        `${JSON.stringify(configuration)}\n${output}`,
      ).toEqual(marked);
    }
  });

  it("rewrites reports with prettier until they are exempt", async () => {
    const rig = await emptyRig();
    const commands = { "*.{json,md,yaml}": ["prettier --write"], "*": "prettier --check --ignore-unknown" };
    rig.write("package.json", JSON.stringify({ "lint-staged": commands }, null, 2));
    await writeReports(rig, (path) => (path.endsWith(".json") ? '{"a":\n[1,2]}' : "a:   1\n"));
    const culprits = await culpritsOnDisk(rig);
    expect(culprits.map(({ tool, path, line }) => ({ tool, path, line }))).toEqual([
      { tool: "prettier", path: "package.json", line: 3 },
    ]);
    await runLintStaged(rig);
    const rewritten = await rewrittenReports(rig);
    expect(rewritten.length).toBeGreaterThan(3);
    expect(rewritten.filter((path) => !culprits[0]?.reports.includes(path))).toEqual([]);

    await restoreReports(rig);
    expect(await exemptAll(rig)).toEqual([]);
    await runLintStaged(rig);
    expect(await rewrittenReports(rig)).toEqual([]);
    expect(await culpritsOnDisk(rig)).toEqual([]);
  });

  it("is followed through code, functions and scripts of package.json", async () => {
    const rig = await emptyRig();
    rig.write("package.json", JSON.stringify({ scripts: { tidy: `echo && ${mark("tidy")}` } }, null, 2));
    rig.write(
      "lint-staged.config.cjs",
      `const quote = (name) => "'" + name + "'"; // who's there?
/** @type {import("lint-staged").Configuration} */
const config = {
  "*.log": "npm run -s tidy",
  "*.md": ['sed -i "$ s/$/ list;/"', "git add"],
  "*.csv": (names) => [\`sed -i "$ s/$/ made;/" \${names.map(quote).join(" ")}\`],
  "*.html": () => "true",
};
module.exports = config;
`,
    );
    await writeReports(rig, () => "one\n");
    const culprits = await culpritsOnDisk(rig);
    await runLintStaged(rig);
    for (const [name, line] of [
      ["tidy", 4],
      ["list", 5],
      ["made", 6],
    ] as const) {
      expect(markedBy(rig, name).length, name).toBeGreaterThan(0);
      expect(culprits.find((one) => one.line === line)?.reports, name).toEqual(markedBy(rig, name));
    }
    expect(culprits.map(({ tool, path }) => `${tool} ${path}`)).toEqual(
      Array.from({ length: 3 }, () => "sed lint-staged.config.cjs"),
    );
    expect(await exemptAll(rig)).toHaveLength(3);
  });
});

describe("scripts of hooks", () => {
  async function runHook(rig: Rig, path: string): Promise<void> {
    const ended = await rig.run("sh", ["-e", path], { PATH: `${PROGRAMS}:${rig.env.PATH ?? ""}` });
    expect(ended.stderr, path).toBe("");
  }

  it.each([
    ["named", `${mark("x")} test-reports/test_hello.puml README.md`],
    ["all", `git ls-files -z | xargs -0 ${mark("x")}`],
    ["filtered", `git diff --cached --name-only | grep -E '\\.(md|log)$' | xargs ${mark("x")}`],
    [
      "filtered twice",
      `git ls-files | grep '\\.json$\\|\\.md$' | grep -v metadata | sort | xargs ${mark("x")}`,
    ],
    ["pathspecs", `git diff --cached --name-only -- '*.csv' 'docs' | xargs ${mark("x")}`],
    ["excluded", `git diff --cached --name-only -- . ':!test-reports' | xargs ${mark("x")}`],
    ["substituted", `${mark("x")} $(git diff --cached --name-only | grep '\\.yaml$')`],
    [
      "a variable",
      `FILES=$(git diff --cached --name-only | grep '\\.hash$')\n[ -z "$FILES" ] && exit 0\n${mark("x")} $FILES`,
    ],
    [
      "two variables",
      `A=$(git ls-files '*.csv')\nB=$(git ls-files '*.md')\n${mark("x")} $A\n${mark("y")} $B`,
    ],
    ["a loop", `for f in $(git ls-files '*.log'); do\n  ${mark("x")} "$f"\ndone`],
    ["reading", `git ls-files '*.html' | while read -r f; do ${mark("x")} "$f"; done`],
    ["found", `find . -name '*.csv' -exec ${mark("x")} {} +`],
    ["found in place", `find src docs -type f -exec ${mark("x")} {} +`],
    ["elsewhere", `cd docs\n${mark("x")} guide.md`],
    ["a script", `sh scripts/tidy.sh test-reports/model-tests.json`],
    ["make", `make -s tidy`],
    ["an npm script", `npm run -s tidy`],
    [
      "nothing",
      `${mark("x").replace("-i ", "")} README.md > /dev/null\n# ${mark("y")} test-reports/test_hello.puml`,
    ],
  ])("%s", async (_name, script) => {
    const rig = await emptyRig();
    rig.write(".husky/pre-commit", `#!/bin/sh\n${script}\n`);
    rig.write("scripts/tidy.sh", `#!/bin/sh\n${mark("x")} "$@"\n`);
    rig.write(
      "Makefile",
      `FILES := test-reports/test_hello.puml\ntidy: more\n\t@${mark("x").replaceAll("$", "$$$$")} $(FILES)\nmore:\n\t@true\n`,
    );
    rig.write("package.json", JSON.stringify({ scripts: { tidy: `${mark("x")} test-reports/*.json` } }));
    await writeReports(rig, () => "one\n");
    const culprits = await culpritsOnDisk(rig);
    await runHook(rig, ".husky/pre-commit");
    const said = new Set(culprits.flatMap(({ reports }) => reports));
    expect(REPORTS.filter((path) => said.has(path))).toEqual(
      REPORTS.filter((path) => rig.read(path) !== "one\n"),
    );
    for (const { path, tool } of culprits) expect([path, tool]).toEqual([".husky/pre-commit", "sed"]);
    if (culprits.length > 0) expect((await exemptAll(rig)).join()).toContain("which gate does not rewrite");
  });

  it("prettier in a hook is exempt by its own settings", async () => {
    const rig = await emptyRig();
    rig.write(".husky/pre-commit", "npx prettier --write . --log-level silent\n");
    await writeReports(rig, (path) => (path.endsWith(".json") ? '{"a":\n[1,2]}' : "a:   1\n"));
    const culprits = await culpritsOnDisk(rig);
    expect(culprits).toMatchObject([{ tool: "prettier", path: ".husky/pre-commit", line: 1 }]);
    expect(await exemptAll(rig)).toEqual([]);
    await rig.run(join(PROGRAMS, "prettier"), ["--write", ".", "--log-level", "silent"]);
    expect(await rewrittenReports(rig)).toEqual([]);
    expect(await culpritsOnDisk(rig)).toEqual([]);
  });
});

function lefthookIsHere(): boolean {
  try {
    execFileSync("lefthook", ["version"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!lefthookIsHere())("lefthook (npm install -g lefthook)", () => {
  const globs = fc.constantFrom(
    "*",
    "*.json",
    "*.{md,LOG}",
    "test-reports/*",
    "test-reports/**/*.json",
    "**/*.md",
    "*/session?model.log",
    "**/[a-m]*",
    "*.[!l]*",
    "test-reports/**",
  );
  const lists = fc.oneof(globs, fc.uniqueArray(globs, { minLength: 1, maxLength: 2 }));
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const jobs = fc.record(
    {
      glob: maybe(lists),
      exclude: maybe(lists),
      root: maybe(fc.constantFrom("test-reports/", "test-reports/logs", "docs")),
      file_types: maybe(fc.constantFrom("text", "executable", "not executable")),
      skip: maybe(fc.constantFrom(true, false)),
    },
    { requiredKeys: [] },
  );
  const hooks = fc.record({
    exclude: maybe(fc.uniqueArray(globs, { minLength: 1, maxLength: 1 })),
    glob_matcher: fc.constantFrom("gobwas", "doublestar"),
    group: fc.boolean(),
  });

  async function run(rig: Rig): Promise<string> {
    const ended = await rig.run("lefthook", ["run", "pre-commit"]);
    return ended.stdout + ended.stderr;
  }

  it("hands to each job what gate says that it hands over", async () => {
    for (const { exclude, glob_matcher: matcher, group } of fc.sample(hooks, 12)) {
      const rig = await emptyRig();
      const listed = fc
        .sample(jobs, 8)
        .map((job, index) => ({ run: `${mark(`j${index}`)} {staged_files}`, ...job }));
      const inner = group ? [{ root: "test-reports/", group: { jobs: listed } }] : listed;
      const document = { glob_matcher: matcher, "pre-commit": { exclude, jobs: inner } };
      rig.write("lefthook.yml", JSON.stringify(document, null, 1));
      await writeReports(rig, () => "one\n");
      const culprits = await culpritsOnDisk(rig);
      const output = await run(rig);
      for (const [index, job] of listed.entries()) {
        const line = rig
          .read("lefthook.yml")
          .split("\n")
          .findIndex((text) => text.includes(` j${index};`));
        const said = culprits.find((one) => one.line === line || one.line === line + 1)?.reports ?? [];
        const context = `${JSON.stringify({ matcher, exclude, group, job })}\n${output}`;
        expect(
          REPORTS.filter((path) => said.includes(path)),
          context,
        ).toEqual(markedBy(rig, `j${index}`));
      }
    }
  });

  it("is exempt by its own exclude", async () => {
    const rig = await emptyRig();
    rig.write(
      "lefthook.yml",
      `pre-commit:
  # fixes
  commands:
    one: { run: '${mark("one")} {staged_files}', exclude: "*.csv" }
    two:
      glob: "*.{log,md}"   # those
      run: ${mark("two")} {staged_files}
    three:
      run: ${mark("three")} {staged_files}
      exclude: [docs/*]
    four:
      exclude:
        - docs/*
      run: ${mark("four")} {staged_files}
`,
    );
    await writeReports(rig, () => "one\n");
    const culprits = await culpritsOnDisk(rig);
    expect(culprits.map(({ line }) => line)).toEqual([4, 5, 8, 11]);
    expect(await exemptAll(rig)).toEqual([]);
    const output = await run(rig);
    expect(await rewrittenReports(rig), output).toEqual([]);
    expect(rig.read("README.md")).toContain(" four;");
    expect(rig.read("lefthook.yml")).toContain('glob: "*.{log,md}"   # those');
  });
});
