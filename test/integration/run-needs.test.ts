import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dueRig, expectRefusal } from "../rig/refusal.ts";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

describe("what a run needs", () => {
  const NO_GPU = { PATH: "/usr/bin:/bin" };

  it("a GPU that is not there leaves the commit pending", async () => {
    const rig = await Rig.create();
    rig.writeProject("    gpu: required\n");
    await rig.git("add", ".");
    const ended = await rig.run("git", ["commit", "-m", "due"], NO_GPU);
    expect(ended.stderr).toContain("Evidence pending: this machine has no NVIDIA GPU (nvidia-smi not found)");
    expect(ended.stderr).toContain("gate run");
    expect(ended.code).toBe(0);
    expect(rig.suite.runs).toBe(0);
  });

  it("a GPU that is not there makes gate run exit 3", async () => {
    const rig = await Rig.create();
    rig.writeProject("    gpu: required\n");
    await rig.git("add", ".");
    const ended = await rig.gateWith(NO_GPU, "run");
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain("nvidia-smi not found");
    expect(rig.suite.runs).toBe(0);
  });

  it("more time than commits wait for leaves the commit pending", async () => {
    const rig = await dueRig("    commit-budget: 1ms\n");
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("src/router.py changed. Evidence pending: the last run took");
    expect(rig.suite.runs).toBe(1);
    expect((await rig.gate("run")).code).toBe(0);
    expect(rig.suite.runs).toBe(2);
  });

  it("is measured by whole runs: one that broke off at once says nothing", async () => {
    const rig = await Rig.create();
    rig.writeProject("    commit-budget: 1s\n");
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a::b" }], { before: "sleep 1.2" });
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("first");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    rig.suite.does("exit 1");
    expect((await rig.gate("run")).code).toBe(1);
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("Evidence pending: the last run took");
  });

  it("on-stale: run is not stopped by the budget", async () => {
    const rig = await dueRig("    commit-budget: 1ms\n    on-stale: run\n");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
  });

  it("on-stale: pending runs nothing", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: pending\n");
    await rig.git("add", ".");
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("Evidence pending");
    expect(rig.suite.runs).toBe(0);
  });

  it("on-stale: pending does not say that a commit goes through which another suite refuses", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: pending\n");
    const other = `  other:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: other-reports\n`;
    rig.write("gate.yaml", `${rig.read("gate.yaml")}${other}    on-stale: block\n`);
    await rig.git("add", ".");
    const refused = await rig.tryCommit("due");
    expect([refused.code, refused.stderr]).toEqual([1, expect.not.stringContaining("goes through")]);
    expect(refused.stderr).toContain(
      "gate verify will refuse such a commit in CI until someone runs:  gate run",
    );
    rig.write("gate.yaml", `${rig.read("gate.yaml")}`.replace("block", "pending"));
    await rig.git("add", ".");
    expect((await rig.commit("due")).stderr).toContain("The commit goes through");
  });

  it("on-stale: block refuses", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: block\n");
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("first");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await expectRefusal(rig, "src/router.py changed since model-tests was run", "gate run");
  });
});

describe("pins", () => {
  const HELLO = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

  async function pinned(pin: string, weights: string | null): Promise<Rig> {
    const rig = await Rig.create();
    rig.writeProject("    pins: [weights.pin]\n");
    rig.write("weights.pin", pin);
    await rig.git("add", ".");
    if (weights !== null) writeFileSync(join(rig.base, "weights.bin"), weights);
    return rig;
  }

  it("that hold let the suite run", async () => {
    const rig = await pinned(`# weights\n${HELLO}  6  ../weights.bin\n`, "hello\n");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(1);
  });

  it("of another size", async () => {
    await expectRefusal(
      await pinned(`${HELLO}  6  ../weights.bin\n`, "hello, you\n"),
      "has 11 bytes",
      "weights.pin",
    );
  });

  it("of another content, also after the same file was right", async () => {
    const rig = await pinned(`${HELLO}  6  ../weights.bin\n`, "hello\n");
    await rig.commit("due");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    rmSync(join(rig.base, "weights.bin"));
    writeFileSync(join(rig.base, "weights.bin"), "HELLO\n");
    await expectRefusal(rig, "../weights.bin has SHA-256");
  });

  it("of a file that is not there", async () => {
    await expectRefusal(await pinned(`${HELLO}  6  ../weights.bin\n`, null), "../weights.bin is not there");
  });

  it("of something that is no file", async () => {
    await expectRefusal(await pinned(`${HELLO}  6  ..\n`, null), ".. is not there");
  });

  it("in a file that is not tracked", async () => {
    const rig = await pinned(`${HELLO}  6  ../weights.bin\n`, "hello\n");
    await rig.git("rm", "-q", "--cached", "weights.pin");
    await expectRefusal(rig, "weights.pin");
  });

  it("that are none", async () => {
    await expectRefusal(await pinned("weights\n", "hello\n"), "weights.pin:1");
  });
});

describe("inputs that change while the suite runs", () => {
  it("are seen where gate.yaml, as it is staged, comes to say something else of the suite", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    const before =
      "echo '    timeout: 9m' >>gate.yaml; echo '    env: {A: b}' >>gate.yaml; git add gate.yaml";
    rig.suite.answers([{ id: "t.py::one" }], { before });
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      "gate.yaml changed while the suite ran, so the run is of no known sources.",
    );
  });

  it.each([
    ["stashed and taken back", "git stash -q && git stash pop -q --index"],
    [
      "moved away and back",
      "mv src/router.py kept && echo 'route = 3' >src/router.py && mv kept src/router.py",
    ],
  ])("are seen where they were %s, with the same content", async (_, shell) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    rig.suite.answers([{ id: "t.py::one" }], { before: shell });
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("src/router.py was written while the suite ran; it is the same again");
    expect((await rig.gate("run", "--from", "RUN_")).code).not.toBe(0);
    rig.suite.answers([{ id: "t.py::one" }]);
    await rig.commit("undisturbed");
    expect((await rig.gate("verify")).code).toBe(0);
  });

  it("are seen where one whose name is no text was written and put back", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const odd = "$(printf 'src/caf\\351.txt')";
    expect((await rig.run("sh", ["-c", `echo prompt >"${odd}" && git add src`])).code).toBe(0);
    rig.suite.answers([{ id: "t.py::one" }], { before: `echo other >"${odd}"; echo prompt >"${odd}"` });
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("caf\\351.txt");
    expect(ended.stderr).toContain("was written while the suite ran; it is the same again");
  });

  async function expectNoEvidence(rig: Rig, path: string): Promise<void> {
    const before = await snapshot(rig);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`${path} changed while the suite ran`);
    expect(rig.suite.runs).toBe(2);
    const after = await snapshot(rig);
    expect(after.references).toBe(before.references);
    expect(after.reports).toEqual(before.reports);
    expect(after.head).toBe(before.head);
  }

  it("on disk", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::b" }], { after: "echo changed >> src/router.py" });
    await expectNoEvidence(rig, "src/router.py");
  });

  it("in the index", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::b" }], { after: "echo changed >> src/router.py; git add src/router.py" });
    await expectNoEvidence(rig, "src/router.py");
  });

  it("in the index alone, and back on disk", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::b" }], {
      after: "cp src/router.py kept; echo x >> src/router.py; git add src/router.py; mv kept src/router.py",
    });
    await expectNoEvidence(rig, "src/router.py");
  });

  it("by a new file", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::b" }], { after: "echo x > src/generated.py" });
    await expectNoEvidence(rig, "src/generated.py");
  });

  it("something else that is staged meanwhile does no harm", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::b" }], { after: "echo x >> README.md; git add README.md" });
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});
