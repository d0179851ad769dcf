import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

/** Evidence of route 1 and then of route 2, and a gate.yaml that says more by now. */
async function published(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("src/router.py", "route = 2\n");
  await rig.commit("route", "-a");
  rig.write("gate.yaml", `${rig.read("gate.yaml")}    timeout: 9m\n`);
  await rig.commit("timeout", "-a");
  await rig.git("config", "uploadpack.allowFilter", "true");
  await rig.git("config", "uploadpack.allowAnySHA1InWant", "true");
  return rig;
}

/** With the blobs of the last commit and no others, and gate's hooks. */
async function partialClone(rig: Rig): Promise<Rig> {
  const directory = join(rig.base, "clone");
  await rig.git("clone", "-q", "--no-local", "--filter=blob:none", `file://${rig.directory}`, directory);
  const clone = rig.at(directory);
  clone.installHooks();
  return clone;
}

async function isHere(clone: Rig, name: string): Promise<boolean> {
  const object = await clone.git("rev-parse", name);
  return (await clone.run("git", ["cat-file", "-e", object], { GIT_NO_LAZY_FETCH: "1" })).code === 0;
}

describe("a push from a clone that lacks blobs", () => {
  it("fetches nothing, also where git knows no other way to forbid that than its protocols", async () => {
    const rig = await published();
    const clone = await partialClone(rig);
    const old = join(rig.base, "old-git");
    mkdirSync(old);
    const forgetful = `#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nPATH=\${PATH#"${old}:"} exec git "$@"\n`;
    writeFileSync(join(old, "git"), forgetful, { mode: 0o755 });
    await clone.git("reset", "-q", "--soft", "HEAD~1");
    expect(await isHere(clone, "HEAD:gate.yaml")).toBe(false);
    // git puts its own programs first for a hook, so this one is called as git calls it
    const update = `refs/heads/main ${await clone.git("rev-parse", "HEAD")} refs/heads/other ${"0".repeat(40)}`;
    const hook = `echo "${update}" | .git/hooks/pre-push origin url`;
    await clone.run("sh", ["-c", hook], { PATH: `${old}:${clone.env.PATH}` });
    expect(await isHere(clone, "HEAD:gate.yaml")).toBe(false);
  });
});

describe("a commit in a clone that lacks the blobs of the past", () => {
  it("runs what is due, although nobody can say what changed", async () => {
    const rig = await published();
    const clone = await partialClone(rig);
    expect(await isHere(clone, "HEAD~1:gate.yaml")).toBe(false);
    clone.write("src/router.py", "route = 3\n");
    const ended = await clone.commit("route", "-a");
    expect(ended.stderr).toContain("model-tests: the evidence is of other sources. Running:");
    expect(rig.suite.runs).toBe(3);
    expect((await clone.gate("status")).stdout).toContain("model-tests: fresh");
  });

  it("says what brings the reports where a sparse checkout has left them out", async () => {
    const rig = await published();
    const directory = join(rig.base, "sparse");
    await rig.git("clone", "-q", "--filter=blob:none", "--sparse", `file://${rig.directory}`, directory);
    const clone = rig.at(directory);
    clone.installHooks();
    await clone.git("sparse-checkout", "set", "src");
    clone.write("README.md", "# Other\n");
    const refused = await clone.tryCommit("readme", "-a");
    expect(refused.stderr).toContain("objects-missing");
    expect(refused.stderr).toContain("git sparse-checkout add <reports>");
    await clone.git("sparse-checkout", "add", "test-reports");
    await clone.commit("readme", "-a");
    expect(rig.suite.runs).toBe(2);
  });

  it("runs where the history has evidence whose reports are not here", async () => {
    const rig = await published();
    const clone = await partialClone(rig);
    const manifest = "HEAD~2:test-reports/model-tests.json";
    await clone.git("show", "HEAD~2:test-reports/model-tests.hash");
    await clone.git("checkout", "-q", "HEAD~2", "--", "src");
    expect(await isHere(clone, manifest)).toBe(false);
    expect((await clone.gate("status")).stdout).toContain("model-tests: run;");
    await clone.commit("back");
    expect(rig.suite.runs).toBe(3);
  });

  it("runs where the history has a record that is promised alone", async () => {
    const rig = await published();
    const clone = await partialClone(rig);
    await clone.git("checkout", "-q", "HEAD~2", "--", "src");
    expect(await isHere(clone, "HEAD~2:test-reports/model-tests.hash")).toBe(false);
    expect((await clone.gate("status")).stdout).toContain("model-tests: run;");
    await clone.commit("back");
    expect(rig.suite.runs).toBe(3);
  });

  it("reuses it where they are", async () => {
    const rig = await published();
    const clone = await partialClone(rig);
    await clone.git("checkout", "-q", "HEAD~2");
    await clone.git("checkout", "-q", "main");
    await clone.git("checkout", "-q", "HEAD~2", "--", "src");
    const { stderr } = await clone.commit("back");
    expect(stderr).toContain("model-tests: reused the evidence of");
    expect(rig.suite.runs).toBe(2);
  });
});
