import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countStarts } from "../rig/count-starts.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";

/** `main` and `side` part after a commit with evidence; each may get changes of its own. */
async function parted(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence(suiteLines);
  await rig.git("branch", "side");
  return rig;
}

async function changeOn(rig: Rig, branch: string, path: string, ...args: string[]): Promise<void> {
  await rig.git("checkout", "-q", branch);
  rig.write(path, `${branch} = 2\n`);
  await rig.git("add", path);
  await rig.commit(`${path} on ${branch}`, ...args);
}

const said = ({ stdout, stderr }: Ended) =>
  `${stdout}${stderr}`.split(/[\r\n]/).filter((line) => line.includes("gate "));

describe("after a merge", () => {
  it("one line says what made it stale, and what to do", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/router.py", "--no-verify");
    await rig.git("checkout", "-q", "main");
    const ended = await rig.tryGit("merge", "side");
    expect(ended.code).toBe(0);
    expect(said(ended)).toEqual([
      "gate  model-tests: stale after this merge: src/router.py changed. Next: gate run, then git commit",
    ]);
  });

  it("a pull says it as well", async () => {
    const rig = await parted();
    await rig.git("clone", "-q", rig.directory, join(rig.base, "clone"));
    const clone = rig.at(join(rig.base, "clone"));
    clone.installHooks();
    await changeOn(rig, "main", "src/router.py", "--no-verify");
    expect(said(await clone.tryGit("pull"))).toHaveLength(1);
    expect(said(await clone.tryGit("pull"))).toEqual([]);
  });

  it("evidence that is here already is named", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/router.py");
    await rig.git("rm", "-q", "-r", "test-reports");
    await rig.commit("without reports", "--no-verify");
    await rig.git("checkout", "-q", "main");
    expect(said(await rig.tryGit("merge", "side"))).toEqual([
      "gate  model-tests: stale after this merge: there is no evidence yet. Evidence for just these inputs is here. Next: gate attach, then git commit",
    ]);
  });

  it("nothing is said twice: a clean merge has been said to be pending before", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/side.py", "--no-verify");
    await changeOn(rig, "main", "README.md");
    const ended = await rig.tryGit("merge", "--no-edit", "side");
    expect(ended.code).toBe(0);
    expect(`${ended.stdout}${ended.stderr}`).toContain("Evidence pending");
    expect(`${ended.stdout}${ended.stderr}`).not.toContain("stale after");
  });

  it.each([
    ["carries its evidence", "src/router.py", []],
    ["changes no input", "README.md", ["--no-verify"]],
  ])("that %s nothing is said", async (_what, path, args) => {
    const rig = await parted();
    await changeOn(rig, "side", path, ...args);
    await rig.git("checkout", "-q", "main");
    expect(said(await rig.tryGit("merge", "side"))).toEqual([]);
  });

  it("that is squashed the commit will be looked at", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/router.py", "--no-verify");
    await rig.git("checkout", "-q", "main");
    const starts = await countStarts(rig);
    expect(said(await rig.tryGit("merge", "--squash", "side"))).toEqual([]);
    expect(starts()).toBe(0);
  });
});

describe("after a rewrite", () => {
  it("one line says that a rebase has brought together what nobody ran", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/side.py", "--no-verify");
    await changeOn(rig, "main", "src/router.py");
    await rig.git("checkout", "-q", "side");
    const ended = await rig.tryGit("rebase", "main");
    expect(ended.code, ended.stderr).toBe(0);
    expect(said(ended)).toEqual([
      "gate  model-tests: stale after this rewrite: src/side.py changed. Next: gate run, then git commit --amend",
    ]);
    expect(rig.suite.runs).toBe(2);
  });

  it("an amend past the hook is said, one that the hook has spoken of is not said again", async () => {
    const rig = await parted("    on-stale: pending\n");
    await rig.gate("run");
    await rig.commit("evidence");
    rig.write("src/router.py", "route = 3\n");
    const first = await rig.tryCommit("amended", "-a", "--amend");
    expect(`${first.stdout}${first.stderr}`).toContain("Evidence pending");
    expect(`${first.stdout}${first.stderr}`).not.toContain("stale after");
    rig.write("src/router.py", "route = 4\n");
    const second = await rig.tryCommit("amended again", "-a", "--amend", "--no-verify");
    expect(`${second.stdout}${second.stderr}`).toContain("stale after this rewrite");
  });

  it("nothing is said where the tree is what it was", async () => {
    const rig = await parted();
    await changeOn(rig, "main", "src/router.py", "--no-verify");
    const starts = await countStarts(rig);
    expect(said(await rig.tryCommit("other words", "--amend", "--no-verify"))).toEqual([]);
    expect(starts()).toBe(0);
  });

  it("nothing is said of a rebase that carries its evidence", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/side.py");
    await changeOn(rig, "main", "README.md");
    await rig.git("checkout", "-q", "side");
    const starts = await countStarts(rig);
    const ended = await rig.tryGit("rebase", "main");
    expect(ended.code).toBe(0);
    expect(said(ended)).toEqual([]);
    expect(starts()).toBeLessThanOrEqual(1);
  });
});

describe("without gate", () => {
  it("neither hook fails, or says a word", async () => {
    const rig = await parted();
    await changeOn(rig, "side", "src/router.py", "--no-verify");
    await rig.git("checkout", "-q", "main");
    await rig.git("config", "gate.launcher", join(rig.base, "gone"));
    const PATH = "/usr/bin:/bin";
    const ended = await rig.run("git", ["merge", "-q", "side"], { PATH });
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
  });
});
