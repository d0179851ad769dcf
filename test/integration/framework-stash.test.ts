import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

function hasFramework(): boolean {
  try {
    execFileSync("pre-commit", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const CONFIG = `repos:
  - repo: local
    hooks:
      - id: gate
        name: gate
        entry: sh .git/hooks/gate/pre-commit
        language: system
        always_run: true
        pass_filenames: false
        verbose: true
`;

describe.skipIf(!hasFramework())("inside the pre-commit framework (pip install pre-commit)", () => {
  async function underFramework(): Promise<Rig> {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a");
    rig.write(".pre-commit-config.yaml", CONFIG);
    await rig.git("add", ".pre-commit-config.yaml");
    await rig.commit("framework");
    await rig.run("pre-commit", ["install", "-f"], { PRE_COMMIT_HOME: `${rig.base}/cache` });
    return rig;
  }

  const commit = (rig: Rig) =>
    rig.run("git", ["commit", "-m", "back"], { PRE_COMMIT_HOME: `${rig.base}/cache` });

  it("attaches evidence in one pass", async () => {
    const rig = await underFramework();
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    rig.write("README.md", "unstaged\n");
    const ended = await commit(rig);
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([" M README.md"]);
  });

  it("refuses before writing where the framework holds back edits of a report", async () => {
    const rig = await underFramework();
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    const report = "test-reports/model-tests-latest.txt";
    rig.write(report, `${rig.read(report)}my note\n`);
    const ended = await commit(rig);
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).toContain(`${report} has unstaged edits of yours`);
    expect(rig.read(report)).toContain("my note");
    expect(await rig.changes()).toEqual(["M  src/router.py", ` M ${report}`]);
  });
});
