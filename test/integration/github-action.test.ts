import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PackedPackage } from "../rig/packed-package.ts";
import type { Ended } from "../rig/processes.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

interface StepEnded extends Ended {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs the step of action.yml as GitHub's runner does, with these values for the expressions of its `env`. */
async function runAction(
  rig: Rig,
  values: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<StepEnded> {
  const [step] = parse(readFileSync(join(PROJECT, "action.yml"), "utf8")).runs.steps;
  const runner = join(rig.base, "runner");
  mkdirSync(runner, { recursive: true });
  const files = { GITHUB_OUTPUT: join(runner, "output"), GITHUB_STEP_SUMMARY: join(runner, "summary") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const inputs = Object.fromEntries(Object.keys(step.env).map((name) => [name, values[name] ?? ""]));
  if (inputs.GATE_REV === "") inputs.GATE_REV = await rig.git("rev-parse", "HEAD");
  const ended = await rig.run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
    ...inputs,
    ...files,
    GITHUB_ACTION_PATH: PROJECT,
    RUNNER_TEMP: runner,
    ...env,
  });
  const outputs = outputsIn(readFileSync(files.GITHUB_OUTPUT, "utf8"));
  return { ...ended, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8") };
}

/** As the runner reads the file: `name=value`, or `name<<delimiter`, lines, the delimiter. */
function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, name = "", delimiter] = /^([\w-]+)<<(.+)$/.exec(lines[at] ?? "") ?? [];
    if (delimiter === undefined) {
      const [, key, value = ""] = /^([\w-]+)=(.*)$/.exec(lines[at] ?? "") ?? [];
      if (key !== undefined) outputs[key] = value;
      continue;
    }
    const end = lines.indexOf(delimiter, at);
    outputs[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return outputs;
}

/** With the workflow that has brought the action here: without it, the commit would be told to be not wired. */
async function committed(): Promise<Rig> {
  const rig = await Rig.create();
  rig.write(".github/workflows/ci.yml", "jobs:\n  verify:\n    steps:\n      - run: gate verify\n");
  await rig.withEvidence();
  return rig;
}

/** A commit that nobody ran the suite for. */
async function makeStale(rig: Rig): Promise<void> {
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "-A");
  await rig.commit("stale", "--no-verify");
}

describe("the action's step", () => {
  it("says yes, with outputs and a summary, and no annotation", async () => {
    const rig = await committed();
    const { code, stdout, outputs, summary } = await runAction(rig);
    expect({ code, annotations: stdout.match(/^::(error|warning|notice).*/gm) }).toEqual({
      code: 0,
      annotations: null,
    });
    expect(outputs).toEqual({
      ok: "true",
      fingerprint: rig.read("test-reports/model-tests.hash").slice(0, 64),
      verdict: "passed",
      assurance: "consistent",
    });
    expect(summary).toContain("✅ accepted");
    expect(await rig.changes()).toEqual([]);
  });

  it("says no, on the file that changed", async () => {
    const rig = await committed();
    const base = await rig.git("rev-parse", "HEAD");
    await makeStale(rig);
    const { code, stdout, outputs, summary } = await runAction(rig, { GATE_BASE: base, GATE_DEEP: "true" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=src\/router\.py,title=gate%3A model-tests%3A stale-evidence::/m);
    expect(outputs).toMatchObject({ ok: "false", assurance: "" });
    expect(summary).toContain("` src/router.py `");
  });

  it("writes a report in the form that is asked for, and its path", async () => {
    const rig = await committed();
    await makeStale(rig);
    const { code, outputs } = await runAction(rig, { GATE_FORMAT: "sarif", GATE_SUITE: "model-tests" });
    expect(code).toBe(1);
    const [run] = JSON.parse(readFileSync(outputs.report ?? "", "utf8")).runs;
    expect(run.results).toMatchObject([{ ruleId: "stale-evidence" }]);
    expect((await runAction(rig, { GATE_FORMAT: "junit" })).outputs.report).toMatch(/\.xml$/);
    const wrong = await runAction(rig, { GATE_FORMAT: "pdf" });
    expect(wrong).toMatchObject({ code: 1, outputs: {} });
    expect(wrong.stdout).toContain("::error title=gate::the input format takes");
  });

  describe("on a push", () => {
    const NOTHING = "0".repeat(40);

    /** As a runner checks it out: what is not the policy of this clone's own is weaker at the tip. */
    async function relaxed(): Promise<{ readonly rig: Rig; readonly before: string; readonly runner: Rig }> {
      const rig = await committed();
      const open = rig.read("gate.yaml");
      rig.write("gate.yaml", `policy: protected\n${open}`);
      await rig.commit("protected", "-a");
      const before = await rig.git("rev-parse", "HEAD");
      await rig.git("checkout", "-q", "-b", "side");
      rig.write("gate.yaml", open);
      await rig.commit("open", "-a");
      await rig.git("config", "uploadpack.allowAnySHA1InWant", "true");
      const clone = join(rig.base, "runner-clone");
      await rig.git("clone", "-q", "--branch=side", `file://${rig.directory}`, clone);
      return { rig, before, runner: rig.at(clone) };
    }

    it("judges against the commit before it", async () => {
      const { before, runner } = await relaxed();
      const { code, stdout } = await runAction(runner, { GATE_BEFORE: before });
      expect(code).toBe(1);
      expect(stdout).toContain("policy: protected is gone");
    });

    it("judges a new branch against the default one, and the first of all against nothing", async () => {
      const { runner } = await relaxed();
      const first = { GATE_BEFORE: NOTHING, GATE_DEFAULT_BRANCH: "main" };
      await runner.git("update-ref", "-d", "refs/remotes/origin/main");
      expect((await runAction(runner, first)).stdout).toContain("policy: protected is gone");
      expect((await runAction(runner, { ...first, GATE_DEFAULT_BRANCH: "side" })).code).toBe(0);
      expect((await runAction(runner, { GATE_BEFORE: NOTHING })).code).toBe(0);
      expect((await runAction(runner, { GATE_BASE: NOTHING })).code).toBe(0);
    });

    it("judges a branch that was rewritten against what it has kept", async () => {
      const { rig, before } = await relaxed();
      await rig.git("reset", "-q", "--hard", before);
      rig.write("src/router.py", "route = 3\n");
      await rig.commit("another way", "-a");
      const old = await rig.git("rev-parse", "HEAD");
      await rig.git("reset", "-q", "--hard", before);
      rig.write("README.md", "# Instead\n");
      await rig.commit("instead", "-a");
      const { code, stdout } = await runAction(rig, { GATE_BEFORE: old });
      expect({ code, annotations: stdout.match(/^::(error|warning|notice).*/gm) }).toEqual({
        code: 0,
        annotations: null,
      });
    });
  });

  it("takes no other word for a yes", async () => {
    const { code, stdout } = await runAction(await committed(), { GATE_DEEP: "True" });
    expect(code).toBe(1);
    expect(stdout).toContain("::error title=gate::the input deep takes true or false.");
  });

  it("brings the commits that a checkout of one commit lacks; without a remote, gate names what is missing", async () => {
    const rig = await committed();
    const base = await rig.git("rev-parse", "HEAD");
    rig.write("README.md", "# Read me again\n");
    await rig.git("add", "-A");
    await rig.commit("documentation");
    await rig.git("config", "uploadpack.allowAnySHA1InWant", "true");
    const shallow = join(rig.base, "shallow");
    await rig.git("clone", "-q", "--depth=1", `file://${rig.directory}`, shallow);
    const clone = rig.at(shallow);
    expect((await clone.tryGit("cat-file", "-e", base)).code).not.toBe(0);
    expect((await runAction(clone, { GATE_BASE: base })).code).toBe(0);

    await rig.git("clone", "-q", "--depth=1", `file://${rig.directory}`, `${shallow}-alone`);
    const alone = rig.at(`${shallow}-alone`);
    await alone.git("remote", "remove", "origin");
    const { code, stdout } = await runAction(alone, { GATE_BASE: base });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error title=gate%3A objects-missing::/m);
  });

  it("runs nothing that the tree brings", async () => {
    const rig = await committed();
    const trap = `#!/bin/sh\ntouch "${rig.base}/sprung"\nexit 0\n`;
    for (const path of ["node_modules/.bin/gate", "node_modules/.bin/node", "node", "npm", "git", "gate"]) {
      plant(rig, path, trap);
    }
    rig.write("node_modules/model-gate/bin/gate.js", `require("fs").writeFileSync("${rig.base}/sprung", "")`);
    rig.write("package.json", '{"type": "module", "scripts": {"preinstall": "touch ../sprung"}}');
    rig.write(".npmrc", "registry=http://127.0.0.1:1/\nnode-options=--require ./trap.cjs\n");
    rig.write("trap.cjs", `require("fs").writeFileSync("${rig.base}/sprung", "")`);
    await rig.git("add", "-A", "-f");
    await rig.commit("traps", "--no-verify");
    expect((await runAction(rig)).code).toBe(0);
    expect(existsSync(join(rig.base, "sprung"))).toBe(false);
  });

  it("says so where Node is missing or old", async () => {
    const rig = await committed();
    const old = join(rig.base, "old");
    plant(rig, "../old/node", '#!/bin/sh\ncase "$1" in --version) echo v18.1.0;; *) exit 1;; esac\n');
    const { code, stdout } = await runAction(rig, {}, { PATH: `${old}:${rig.env.PATH}` });
    expect({ code, stdout: stdout.trim() }).toEqual({
      code: 1,
      stdout:
        "::error title=gate::this runner has Node v18.1.0; gate needs 20.19 or later (actions/setup-node).",
    });
  });

  it("installs the package outside the checkout, where the action is not built", async () => {
    const packed = await PackedPackage.pack();
    try {
      const rig = await committed();
      rig.write(".npmrc", "registry=http://127.0.0.1:1/\nprefix=/nonexistent\n");
      const { code, outputs } = await runAction(
        rig,
        { GATE_VERSION: `file:${packed.tarball}` },
        { npm_config_offline: "true", npm_config_cache: join(rig.base, "npm-cache") },
      );
      expect({ code, ok: outputs.ok }).toEqual({ code: 0, ok: "true" });
      expect(rig.exists("node_modules")).toBe(false);
      const none = await runAction(
        rig,
        { GATE_VERSION: "file:/nonexistent.tgz" },
        { npm_config_offline: "true", npm_config_cache: join(rig.base, "npm-cache") },
      );
      expect(none.code).toBe(1);
      expect(none.stdout).toContain("::error title=gate::model-gate could not be installed");
    } finally {
      packed.remove();
    }
  });
});

function plant(rig: Rig, path: string, text: string): void {
  const file = join(rig.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
}
