import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRepository } from "../../src/adapters/git/repository.ts";
import { resolveTree } from "../../src/adapters/git/trees.ts";
import { wiringProblems } from "../../src/integrations/wiring.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

/** Commits the files and judges the wiring of the commit from its tree alone. */
async function judged(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const rig = await Rig.create({ hooks: false });
  for (const [path, text] of Object.entries({ "a.txt": "a\n", ...files })) rig.write(path, text);
  await rig.git("add", "-f", ".");
  await rig.git("commit", "-q", "-m", "all");
  for (const path of Object.keys(files)) rig.remove(path);
  return problemsOf(rig.directory, rig.env);
}

async function problemsOf(
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const opened = await openRepository(directory, env);
  if (!opened.ok) throw new Error(opened.error);
  const tree = await resolveTree(opened.value, "HEAD");
  if (tree === null) throw new Error("no HEAD");
  const problems = await wiringProblems(opened.value, tree);
  return problems.map(({ code, path, line, severity }) => {
    expect(severity).toBe("warning");
    return [code, path, line].filter((part) => part !== null).join(" ");
  });
}

const framework = (...hooks: string[]) =>
  `repos:\n  - repo: local\n    hooks:\n${hooks.map((hook) => `      - ${hook}\n`).join("")}`;
const OURS = "{id: gate, name: gate, entry: sh .gate-hooks/pre-commit, language: system}";
const shipped = (id: string) =>
  `repos:\n  - repo: https://example.org/model-gate\n    rev: v1\n    hooks: [{id: ${id}}]\n`;
const manifest = (content: object) => JSON.stringify(content);

describe("gate is called", () => {
  it.each([
    [".husky/pre-commit", `npx lint-staged\nsh "\${0%/*}/gate/pre-commit" || exit $?\n`],
    [".husky/pre-push", "npx gate verify\n"],
    [".githooks/pre-commit", "#!/bin/sh\nset -e\nexec node_modules/.bin/gate pre-commit\n"],
    ["scripts/pre-commit.sh", "gate pre-commit\n"],
    ["lefthook.yml", "pre-commit:\n  jobs:\n    - run: sh .lefthook/gate/pre-commit\n"],
    [".config/lefthook.yaml", "pre-push:\n  commands:\n    gate:\n      run: gate pre-push\n"],
    ["lefthook.toml", '[pre-commit.commands.gate]\nrun = "gate pre-commit"\n'],
    [".pre-commit-config.yaml", framework(OURS)],
    [".pre-commit-config.yaml", shipped("gate")],
    [".pre-commit-config.yaml", shipped("gate-python")],
    [".pre-commit-config.yaml", shipped("gate-python-pre-push")],
    ["package.json", manifest({ scripts: { verify: "gate verify --base origin/main" } })],
    [
      "package.json",
      manifest({ "simple-git-hooks": { "pre-commit": "npx lint-staged && npx gate pre-commit" } }),
    ],
    ["package.json", manifest({ husky: { hooks: { "pre-commit": "gate pre-commit" } } })],
    [
      ".github/workflows/ci.yml",
      "jobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          npm ci\n          npx gate verify\n",
    ],
    [".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - uses: someone/model-gate@v1\n"],
    [
      ".gitlab-ci.yml",
      "test:\n  script:\n    - pip install x\n    - gate verify --base $CI_MERGE_REQUEST_DIFF_BASE_SHA\n",
    ],
    [".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: {name: x, command: gate verify}\n"],
    ["Jenkinsfile", "pipeline {\n  steps { sh 'gate verify' }\n}\n"],
  ])("by %s: %j", async (path, text) => {
    expect(await judged({ [path]: text })).toEqual([]);
  });

  it("through a script of package.json", async () => {
    const scripts = { check: "npm run -s all", all: "tsc && gate verify" };
    expect(
      await judged({
        "package.json": manifest({ scripts }),
        ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: npm run check\n",
      }),
    ).toEqual([]);
  });

  it("through a copy of the shims that has another name", async () => {
    const shim = readFileSync(join(PROJECT, "hooks/pre-commit"), "utf8");
    expect(await judged({ "hooks/pre-commit": shim, ".husky/pre-commit": "sh hooks/pre-commit\n" })).toEqual(
      [],
    );
    expect(await judged({ "hooks/pre-commit": shim, ".husky/pre-commit": "sh hooks/other\n" })).toEqual([
      "not-wired",
    ]);
  });
});

describe("gate is not called", () => {
  it.each([
    ["src/a.txt", "gate verify\n"],
    [".husky/pre-commit", "# npx gate pre-commit\necho 'gate pre-commit'\nnpx gatekeeper verify\n"],
    [".husky/pre-commit", "cat <<END\ngate pre-commit\nEND\n"],
    [".husky/pre-commit", "gate status\ngate run\n"],
    [
      "lefthook.yml",
      "pre-commit:\n  jobs:\n    - name: gate pre-commit\n      run: 'true'   # gate pre-commit\n",
    ],
    [".pre-commit-config.yaml", shipped("gate-post-merge")],
    [".pre-commit-config.yaml", framework("{id: x, name: gate pre-commit, entry: 'true', language: system}")],
    [
      ".github/workflows/ci.yml",
      "# npx gate verify\njobs:\n  a:\n    steps:\n      - name: gate verify\n        run: 'true'\n",
    ],
    [".github/workflows/ci.yml", "jobs: [\n  gate verify\n"],
    ["package.json", '{"scripts": {"x": "gate verify"'],
    ["package.json", manifest({ description: "gate verify", scripts: { x: "echo gate verify" } })],
    [".husky/gate/pre-commit", readFileSync(join(PROJECT, "hooks/pre-commit"), "utf8")],
    ["lefthook.toml", "# run = 'gate pre-commit'\n"],
  ])("by %s: %j", async (path, text) => {
    expect(await judged({ [path]: text })).toEqual(["not-wired"]);
  });

  it("by a hook that is a link, or that lies in .git", async () => {
    const rig = await Rig.create();
    rig.write("gate pre-commit", "a\n");
    rig.write(".husky/x", "a\n");
    symlinkSync("../gate pre-commit", join(rig.directory, ".husky/pre-commit"));
    await rig.git("add", ".");
    await rig.git("commit", "-q", "-m", "a");
    expect(await problemsOf(rig.directory, rig.env)).toEqual(["not-wired"]);
  });
});

it("hooks of .git/hooks come into the tree as gate verify says", async () => {
  const rig = await Rig.create();
  rig.writeProject();
  await rig.git("add", ".");
  expect((await rig.gate("init", "--yes")).code).toBe(0);
  await rig.commit("with hooks of this clone");
  const said = (await rig.gate("verify")).stdout;
  const [, command = "false"] = /then: {2}(git config .*) && gate init\)/.exec(said) ?? [];
  expect((await rig.run("sh", ["-c", command])).code).toBe(0);
  expect((await rig.gate("init", "--yes")).code).toBe(0);
  await rig.git("add", ".");
  await rig.git("commit", "-q", "-m", "with hooks of the tree");
  const { code, stdout } = await rig.gate("verify");
  expect([code, stdout]).toEqual([0, expect.not.stringContaining("not-wired")]);
});

describe("the order of a hook", () => {
  it.each([
    [".husky/pre-commit", "gate pre-commit || exit $?\nnpx lint-staged\n", ".husky/pre-commit 2"],
    [".husky/pre-commit", "gate pre-commit && prettier --write . && git add -u\n", ".husky/pre-commit 1"],
    [".githooks/pre-commit", "#!/bin/sh\ngate pre-commit\n\ngit add report.txt\n", ".githooks/pre-commit 4"],
    [
      "package.json",
      manifest({ "simple-git-hooks": { "pre-commit": "gate pre-commit && lint-staged" } }),
      "package.json",
    ],
    [".pre-commit-config.yaml", framework(OURS, "{id: end-of-file-fixer}"), ".pre-commit-config.yaml"],
    [".pre-commit-config.yaml", framework(OURS, "{id: ruff, args: [--fix]}"), ".pre-commit-config.yaml"],
    [
      "lefthook.yml",
      "pre-commit:\n  parallel: true\n  commands:\n    a:\n      run: tsc\n    gate:\n      run: gate pre-commit\n",
      "lefthook.yml",
    ],
    [
      "lefthook.yml",
      "pre-commit:\n  commands:\n    gate:\n      run: gate pre-commit\n    lint:\n      run: eslint --fix {staged_files}\n",
      "lefthook.yml",
    ],
    [
      "lefthook.yml",
      "pre-commit:\n  commands:\n    a-gate:\n      run: gate pre-commit\n      priority: 1\n    a-fmt:\n      run: tidy\n      stage_fixed: true\n",
      "lefthook.yml",
    ],
    [
      "lefthook.yml",
      "pre-commit:\n  jobs:\n    - run: gate pre-commit\n    - group:\n        jobs:\n          - run: black .\n",
      "lefthook.yml",
    ],
  ])("is complained about in %s: %j", async (path, text, place) => {
    expect(await judged({ [path]: text })).toEqual([`hook-order ${place}`]);
  });

  it("is complained about where a script of package.json stages", async () => {
    expect(
      await judged({
        "package.json": manifest({ scripts: { fix: "prettier --write ." } }),
        ".husky/pre-commit": "gate pre-commit\nnpm run fix\n",
      }),
    ).toEqual(["hook-order .husky/pre-commit 2"]);
  });

  it.each([
    [".husky/pre-commit", "npx lint-staged\ngit add -u\ngate pre-commit\n"],
    [".husky/pre-commit", "gate pre-commit\nnpx tsc --noEmit\nprettier --check .\n"],
    [".husky/pre-push", "gate verify\ngit add x\n"],
    [".pre-commit-config.yaml", framework("{id: end-of-file-fixer}", OURS, "{id: ruff}")],
    [".pre-commit-config.yaml", framework(OURS, "{id: black, stages: [pre-push]}")],
    [
      "lefthook.yml",
      "pre-commit:\n  commands:\n    lint:\n      run: eslint --fix .\n      priority: 1\n    gate:\n      run: gate pre-commit\n",
    ],
    [
      "lefthook.yml",
      "pre-commit:\n  jobs:\n    - group:\n        parallel: true\n        jobs: [{run: eslint --fix .}, {run: black .}]\n    - run: gate pre-commit\n",
    ],
    ["lefthook.yml", "pre-commit:\n  parallel: true\n  jobs:\n    - run: gate pre-commit\n"],
  ])("is right in %s: %j", async (path, text) => {
    expect(await judged({ [path]: text })).toEqual([]);
  });

  it("is right in this repository", async () => {
    const texts = [".husky/pre-commit", "hooks/pre-commit", "package.json"].map(
      (path) => [path, readFileSync(join(PROJECT, path), "utf8")] as const,
    );
    expect(await judged(Object.fromEntries(texts))).toEqual([]);
  });
});

describe("a clone without blobs", () => {
  it("says that nothing can be said, naming a file", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write(".husky/pre-commit", "gate pre-commit\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "-m", "a");
    await rig.git("config", "uploadpack.allowFilter", "true");
    const clone = join(rig.base, "clone");
    await rig.git("clone", "-q", "--bare", "--filter=blob:none", `file://${rig.directory}`, clone);
    rmSync(rig.directory, { recursive: true });
    expect(await problemsOf(clone, rig.env)).toEqual(["objects-missing .husky/pre-commit"]);
  });
});
