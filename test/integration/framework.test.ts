import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

const INSIDE = { PRE_COMMIT: "1" };

describe("inside the pre-commit framework", () => {
  async function insideRig(): Promise<Rig> {
    const rig = await Rig.create();
    await rig.withEvidence();
    return rig;
  }

  it("no suite is started: the commit is pending, and the native hook is named", async () => {
    const rig = await insideRig();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const before = await snapshot(rig);
    const ended = await rig.gateWith(INSIDE, "pre-commit");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("Evidence pending: inside the pre-commit framework no suite is run");
    expect(ended.stdout).toContain("native hook");
    expect(rig.suite.runs).toBe(1);
    expect(await snapshot(rig)).toEqual(before);
  });

  it("not even with on-stale: run", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: run\n");
    await rig.git("add", ".");
    const ended = await rig.gateWith(INSIDE, "pre-commit");
    expect(ended.stdout).toContain("Evidence pending");
    expect(rig.suite.runs).toBe(0);
  });

  it("on-stale: block still refuses", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: block\n");
    await rig.git("add", ".");
    expect((await rig.gateWith(INSIDE, "pre-commit")).code).toBe(1);
  });

  it("a fresh commit is silent", async () => {
    const rig = await insideRig();
    expect(await rig.gateWith(INSIDE, "pre-commit")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("evidence that exists is attached", async () => {
    const rig = await insideRig();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a");
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    const ended = await rig.gateWith(INSIDE, "pre-commit");
    expect(ended.stdout).toContain("reused");
    expect(await rig.decision()).toBe("fresh");
    expect(rig.suite.runs).toBe(2);
  });

  it("a push is judged by what the framework names, standard input being its own", async () => {
    const rig = await insideRig();
    const before = (await rig.git("rev-parse", "HEAD")).trim();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a", "--no-verify");
    const named = {
      ...INSIDE,
      PRE_COMMIT_LOCAL_BRANCH: "refs/heads/main",
      PRE_COMMIT_REMOTE_BRANCH: "refs/heads/main",
    };
    const first = await rig.gateWith(named, "pre-push");
    expect(first.stdout + first.stderr).toMatch(/main \(\w+\) leaves without evidence that holds/);
    const refs = { PRE_COMMIT_FROM_REF: before, PRE_COMMIT_TO_REF: before };
    const second = await rig.gateWith({ ...named, ...refs }, "pre-push");
    expect(second).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("a squash that is not committed yet is passed over", async () => {
    const rig = await insideRig();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a", "--no-verify");
    const squash = await rig.gateWith({ ...INSIDE, PRE_COMMIT_IS_SQUASH_MERGE: "1" }, "post-merge");
    expect(squash).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const merge = await rig.gateWith({ ...INSIDE, PRE_COMMIT_IS_SQUASH_MERGE: "0" }, "post-merge");
    expect(merge.stdout).toContain("stale after this merge");
  });

  it("gate run of a person does run", async () => {
    const rig = await insideRig();
    expect((await rig.gateWith(INSIDE, "run", "--force")).code).toBe(0);
    expect(rig.suite.runs).toBe(2);
  });
});

function frameworkIsHere(): boolean {
  try {
    execFileSync("pre-commit", ["--version"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!frameworkIsHere())("the framework itself (python3 -m pip install pre-commit)", () => {
  async function frameworkRig(): Promise<Rig> {
    const rig = await Rig.create();
    await rig.withEvidence();
    const entry = join(rig.base, "gate-hook");
    writeFileSync(entry, `#!/bin/sh\nexec "${process.execPath}" "${GATE}" pre-commit\n`, { mode: 0o755 });
    rig.write(
      ".pre-commit-config.yaml",
      `repos:\n  - repo: local\n    hooks:\n      - id: gate\n        name: gate\n        entry: ${entry}\n        language: system\n        pass_filenames: false\n        always_run: true\n        verbose: true\n`,
    );
    await rig.git("add", ".pre-commit-config.yaml");
    await rig.commit("framework");
    const home = { HOME: rig.base, PRE_COMMIT_HOME: join(rig.base, "cache") };
    const installed = await rig.run("pre-commit", ["install", "-f"], home);
    if (installed.code !== 0) throw new Error(installed.stdout + installed.stderr);
    return rig;
  }

  it("leaves a stale commit pending and runs nothing", async () => {
    const rig = await frameworkRig();
    rig.write("src/router.py", "route = 2\n");
    const ended = await rig.commit("route", "-a");
    expect(ended.stdout + ended.stderr).toContain("Evidence pending: inside the pre-commit framework");
    expect(rig.suite.runs).toBe(1);
    expect(await rig.changes()).toEqual([]);
  });

  it("attaches what exists in one pass, with unrelated unstaged work beside it", async () => {
    const rig = await frameworkRig();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("route", "--no-verify");
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    rig.write("README.md", "unstaged\n");
    await rig.commit("back");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([" M README.md"]);
    expect(rig.read("README.md")).toBe("unstaged\n");
  });

  it("loses no unstaged edits of a report", async () => {
    const rig = await frameworkRig();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("route", "--no-verify");
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    rig.write("test-reports/test_hello.puml", "my own\n");
    const ended = await rig.tryCommit("back");
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).toContain("test-reports/test_hello.puml");
    expect(rig.read("test-reports/test_hello.puml")).toBe("my own\n");
  });
});
