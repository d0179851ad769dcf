import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type InitRepository, initRepository, writePythonProject } from "../rig/init-repository.ts";
import { PROJECT } from "../rig/repository.ts";

const WORKFLOW = ".github/workflows/gate.yml";
const opened: InitRepository[] = [];

function project(remote: string | null): InitRepository {
  const repository = initRepository();
  opened.push(repository);
  writePythonProject(repository);
  if (remote !== null) repository.git("remote", "add", "origin", remote);
  return repository;
}

afterEach(() => {
  for (const repository of opened.splice(0)) repository.remove();
});

const targets = ({ document }: Awaited<ReturnType<InitRepository["init"]>>) =>
  document.edits.map(({ target }) => target);

describe("the workflow that gate init writes", () => {
  it.each([
    "https://github.com/ann/assistant.git",
    "git@github.com:ann/assistant.git",
    "ssh://git@github.com/a/b",
  ])("comes with the remote %s, is shown, and has nothing to do the second time", async (remote) => {
    const repository = project(remote);
    const { exit, document } = await repository.init();
    expect(exit).toBe(0);
    const edit = document.edits.find(({ target }) => target === WORKFLOW);
    expect(edit).toMatchObject({ kind: "create", state: "applied" });
    expect(edit?.diff).toContain("+      - uses: actions/checkout@");
    expect(document.next[0]).toContain(WORKFLOW);
    expect((await repository.init()).document.edits).toEqual([]);
    repository.git("add", WORKFLOW);
    repository.git("mv", WORKFLOW, ".github/workflows/renamed.yml");
    expect((await repository.init()).document.edits).toEqual([]);
  });

  it("comes with a .github directory, wherever the remote is", async () => {
    const repository = project(null);
    repository.write(".github/dependabot.yml", "version: 2\n");
    expect(targets(await repository.init())).toContain(WORKFLOW);
  });

  it.each([
    null,
    "https://gitlab.com/ann/github.git",
    "https://example.org/github.com/x.git",
    "../github.com",
  ])("does not come with the remote %s", async (remote) => {
    expect(targets(await project(remote).init())).not.toContain(WORKFLOW);
  });

  it("needs no secret, may write nothing, and judges what is proposed, queued and pushed", async () => {
    const repository = project("https://github.com/ann/assistant");
    repository.git("checkout", "-q", "-b", "trunk");
    await repository.init();
    const text = repository.read(WORKFLOW);
    const { on, permissions, jobs } = parse(text);
    expect(on).toEqual({ pull_request: null, merge_group: null, push: { branches: ["trunk"] } });
    expect(permissions).toEqual({ contents: "read" });
    expect(text).not.toMatch(/secrets\.|pull_request_target/);
    const [checkout] = jobs.verify.steps;
    expect(checkout.uses).toMatch(/^actions\/checkout@[0-9a-f]{40}$/);
    expect(checkout.with).toEqual({ "fetch-depth": 0, "persist-credentials": false });
    // an expression within a script would let a branch name be code
    for (const { run = "" } of jobs.verify.steps) expect(run).not.toContain("${{");
  });

  it("judges pushes to main where origin has one, whatever branch is checked out", async () => {
    const repository = project("https://github.com/ann/assistant");
    repository.git("commit", "-q", "--allow-empty", "-m", "first");
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD");
    repository.git("checkout", "-q", "-b", "feature");
    await repository.init();
    expect(parse(repository.read(WORKFLOW)).on.push).toEqual({ branches: ["main"] });
  });

  it.each([
    ["runs gate verify", "jobs: {x: {steps: [{run: npx gate verify --format github}]}}"],
    ["runs it from where it was installed", 'jobs: {x: {steps: [{run: node "$D/bin/gate.js" verify}]}}'],
    ["uses the action", "jobs: {x: {steps: [{uses: someone/model-gate@v1}]}}"],
  ])("is not written where another workflow %s", async (_what, text) => {
    const repository = project("https://github.com/ann/assistant");
    repository.write(".github/workflows/ci.yaml", `on: push\n${text}\n`);
    expect(targets(await repository.init())).not.toContain(WORKFLOW);
  });

  it.each([
    ["only mentions it", "# gate verify\njobs: {x: {steps: [{run: make # gate verify}]}}"],
    ["calls another gate", "jobs: {x: {steps: [{run: gate verifyall}, {uses: a/quality-gate@v1}]}}"],
    ["is broken", "jobs: [\n"],
    ["is empty", ""],
  ])("is written where another workflow %s", async (_what, text) => {
    const repository = project("https://github.com/ann/assistant");
    repository.write(".github/workflows/ci.yml", text);
    expect(targets(await repository.init())).toContain(WORKFLOW);
  });

  it("leaves another gate.yml alone, and says what is missing", async () => {
    const repository = project("https://github.com/ann/assistant");
    repository.write(WORKFLOW, "on: push\njobs: {}\n");
    const { exit, document } = await repository.init();
    expect(exit).toBe(0);
    expect(document.problems).toMatchObject([{ code: "not-wired", severity: "warning", path: WORKFLOW }]);
    expect(repository.read(WORKFLOW)).toBe("on: push\njobs: {}\n");
  });

  it("judges the very commits that the events name, in the shell that GitHub runs it in", async () => {
    const repository = project("https://github.com/ann/assistant");
    await repository.init();
    const steps: { readonly run?: string }[] = parse(repository.read(WORKFLOW)).jobs.verify.steps;
    const run = steps.at(-1)?.run ?? "";
    const script = "gate/node_modules/model-gate/bin/gate.js";
    repository.write(`../temp/${script}`, "console.log(process.argv.slice(2).join(' '))\n");
    const argumentsFor = (BASE: string) =>
      execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
        cwd: repository.directory,
        env: {
          ...repository.environment,
          RUNNER_TEMP: join(repository.directory, "../temp"),
          HEAD: "abc",
          BASE,
        },
        encoding: "utf8",
      }).trim();
    expect(argumentsFor("")).toBe("verify --format github --rev abc");
    expect(argumentsFor("def")).toBe("verify --format github --rev abc --base def");
  });
});

const actionlintIsHere = spawnSync("actionlint", ["--version"]).status === 0;

describe.skipIf(!actionlintIsHere)(
  "actionlint (go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)",
  () => {
    it("has nothing against our workflows, the one that init writes, and action.yml", async () => {
      const repository = project("https://github.com/ann/assistant");
      await repository.init();
      mkdirSync(join(repository.directory, "action"), { recursive: true });
      for (const path of ["action.yml", "action/verify.sh", ".github/workflows/ci.yml"]) {
        cpSync(join(PROJECT, path), join(repository.directory, path));
      }
      const inputs = Object.keys(parse(readFileSync(join(PROJECT, "action.yml"), "utf8")).inputs);
      repository.write(
        ".github/workflows/own.yml",
        `on: push\njobs:\n  own:\n    runs-on: ubuntu-latest\n    steps:\n      - id: gate\n        uses: ./\n        with:\n${inputs.map((name) => `          ${name}: x\n`).join("")}      - env:\n          OK: \${{ steps.gate.outputs.ok }}\n          REPORT: \${{ steps.gate.outputs.report }}\n        run: echo "$OK $REPORT"\n`,
      );
      const { status, stdout } = spawnSync("actionlint", ["-no-color"], {
        cwd: repository.directory,
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    });
  },
);
