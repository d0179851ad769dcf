import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

/** A commit whose run is due, refused before the suite starts and before anything is written. */
async function expectRefusal(rig: Rig, ...words: string[]): Promise<Ended> {
  const before = await snapshot(rig);
  const { runs } = rig.suite;
  const ended = await rig.tryCommit("due");
  expect(ended.stderr).toContain("model-tests");
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.code).toBe(1);
  expect(rig.suite.runs).toBe(runs);
  expect(await snapshot(rig)).toEqual(before);
  return ended;
}

async function dueRig(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence(suiteLines);
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src/router.py");
  return rig;
}

describe("the working tree is not what is being committed", () => {
  it("an input with unstaged changes, a staged and further edited one among them", async () => {
    const rig = await dueRig();
    rig.write("src/router.py", "route = 3\n");
    await expectRefusal(
      rig,
      "cannot run: the working tree is not what you are committing",
      "src/router.py has unstaged changes",
      "git stash -k -u",
    );
  });

  it("an untracked file that the inputs match", async () => {
    const rig = await dueRig();
    rig.write("src/new_tier.py", "tier = 1\n");
    await expectRefusal(rig, "src/new_tier.py is untracked and matches the inputs");
  });

  it("every such file is named in one go", async () => {
    const rig = await dueRig();
    rig.write("src/new_tier.py", "tier = 1\n");
    rig.write("src/router.py", "route = 3\n");
    await expectRefusal(rig, "src/new_tier.py", "src/router.py");
  });

  it("an input that is not on disk", async () => {
    const rig = await dueRig();
    rig.remove("src/router.py");
    await expectRefusal(rig, "src/router.py is staged and not on disk");
  });

  it.each(["assume-unchanged", "skip-worktree"])("an input marked %s", async (mark) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/other.py", "other = 1\n");
    await rig.git("add", ".");
    await rig.git("update-index", `--${mark}`, "src/router.py");
    rig.write("src/router.py", "unseen = 1\n");
    await expectRefusal(rig, `src/router.py is marked ${mark}`, `git update-index --no-${mark}`);
  });

  it("the ways out do work: git stash -k -u, and back", async () => {
    const rig = await dueRig();
    rig.write("src/new_tier.py", "tier = 1\n");
    await expectRefusal(rig, "git stash -k -u");
    await rig.git("stash", "-q", "-k", "-u");
    await rig.commit("due");
    await rig.git("stash", "pop", "-q");
    expect(await rig.changes()).toEqual(["?? src/new_tier.py"]);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("an unstaged change outside the inputs does not matter", async () => {
    const rig = await dueRig();
    rig.write("src/notes.md", "excluded from the inputs\n");
    rig.write("README.md", "# Unstaged\n");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
  });

  it("gate run refuses just as the hook does", async () => {
    const rig = await dueRig();
    rig.write("src/router.py", "route = 3\n");
    const before = await snapshot(rig);
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("src/router.py has unstaged changes");
    expect(rig.suite.runs).toBe(1);
    expect(await snapshot(rig)).toEqual(before);
  });
});

describe("submodules among the inputs", () => {
  async function withSubmodule(): Promise<Rig> {
    const rig = await Rig.create();
    const library = join(rig.base, "library");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", library, ...args], { env: rig.env, stdio: "pipe" });
    mkdirSync(library);
    git("init", "-q");
    writeFileSync(join(library, "weights.txt"), "1\n");
    git("add", ".");
    git("commit", "-q", "-m", "library");
    rig.writeProject();
    await rig.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "src/library");
    await rig.git("add", ".");
    await rig.commit("first");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src/router.py");
    return rig;
  }

  it("one with edits of its own, although it is configured to be ignored", async () => {
    const rig = await withSubmodule();
    await rig.git("config", "submodule.src/library.ignore", "all");
    rig.write("src/library/weights.txt", "2\n");
    await expectRefusal(rig, "src/library is a submodule that is not clean", "git submodule update");
  });

  it("one that is checked out at another commit", async () => {
    const rig = await withSubmodule();
    const inside = rig.at(join(rig.directory, "src/library"));
    await inside.git("commit", "-q", "--allow-empty", "-m", "moved");
    await expectRefusal(rig, "src/library is a submodule that is not clean");
  });

  it("one that is not checked out at all", async () => {
    const rig = await withSubmodule();
    await rig.git("submodule", "--quiet", "deinit", "-f", "src/library");
    await expectRefusal(rig, "src/library is a submodule", "git submodule update");
  });

  it("a clean one is fine", async () => {
    const rig = await withSubmodule();
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});

describe("reports that must not be written", () => {
  it("edited by hand and not staged", async () => {
    const rig = await dueRig();
    rig.write("test-reports/test_hello.puml", "my own diagram\n");
    await expectRefusal(rig, "test-reports/test_hello.puml has unstaged edits of yours", "git checkout --");
    expect(rig.read("test-reports/test_hello.puml")).toBe("my own diagram\n");
  });

  it("a directory of the user's where a report has to be", async () => {
    const rig = await dueRig();
    rig.remove("test-reports/test_hello.puml");
    rig.write("test-reports/test_hello.puml/precious.txt", "mine\n");
    await expectRefusal(rig, "test-reports/test_hello.puml");
    expect(rig.read("test-reports/test_hello.puml/precious.txt")).toBe("mine\n");
  });

  it("a link of the user's where a report has to be", async () => {
    const rig = await dueRig();
    rig.remove("test-reports/test_hello.puml");
    symlinkSync("../README.md", join(rig.directory, "test-reports/test_hello.puml"));
    await expectRefusal(rig, "test-reports/test_hello.puml");
  });

  it("a file of the user's, before the first run, under a name that every run writes", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.write("test-reports/model-tests.json", "{}\n");
    await expectRefusal(rig, "test-reports/model-tests.json");
    expect(rig.read("test-reports/model-tests.json")).toBe("{}\n");
  });

  it("a file of the user's where a directory has to be", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.write("test-reports/logs", "precious\n");
    await expectRefusal(rig, "test-reports/logs");
    expect(rig.read("test-reports/logs")).toBe("precious\n");
  });

  it("a file of the user's that only this run would overwrite is kept; the session is finished later", async () => {
    const rig = await dueRig();
    rig.suite.answers([{ id: "a::test_other" }]);
    rig.write("test-reports/test_other.puml", "mine\n");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("test-reports/test_other.puml");
    expect(rig.read("test-reports/test_other.puml")).toBe("mine\n");
    rig.remove("test-reports/test_other.puml");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("behind a symbolic link", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    mkdirSync(join(rig.base, "elsewhere"));
    symlinkSync("../elsewhere", join(rig.directory, "test-reports"));
    await rig.git("add", "gate.yaml", "src", ".gitignore");
    await expectRefusal(rig, "test-reports is not a directory");
  });

  it("below a symbolic link", async () => {
    const rig = await Rig.create();
    rig.writeProject("    reports: out/reports\n");
    mkdirSync(join(rig.base, "elsewhere"));
    symlinkSync("../elsewhere", join(rig.directory, "out"));
    await rig.git("add", "gate.yaml", "src", ".gitignore");
    await expectRefusal(rig, "out is not a directory");
  });

  it("where a file lies", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.write("test-reports", "a file\n");
    await expectRefusal(rig, "test-reports is not a directory");
    expect(rig.read("test-reports")).toBe("a file\n");
  });

  it("below a tracked file", async () => {
    const rig = await Rig.create();
    rig.writeProject("    reports: README.md/reports\n");
    await rig.git("add", ".");
    await expectRefusal(rig, "README.md is not a directory");
  });
});

describe("an ignore rule that would keep reports out of commits", () => {
  it("is named with its file and line before the suite runs", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write(".gitignore", ".gate/\n*.log\nlogs/\n");
    await rig.git("add", ".");
    await expectRefusal(rig, ".gitignore:3", "test-reports/logs/", "is ignored by the rule logs/");
  });

  it("that only the logs of this run meet leaves the session to be finished", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write(".gitignore", ".gate/\nsession_model.log\n");
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a::test_hello", logs: { "session_model.log": "ready\n" } }]);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(".gitignore:2");
    expect(ended.stderr).toContain("gate run --from RUN_");
    expect(await rig.git("ls-files", "test-reports")).toBe("");
    appendFileSync(join(rig.directory, ".gitignore"), "!test-reports/**/session_model.log\n");
    await rig.git("add", ".gitignore");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(1);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("in .git/info/exclude", async () => {
    const rig = await dueRig();
    writeFileSync(join(rig.directory, ".git/info/exclude"), "*.puml\n");
    await expectRefusal(rig, ".git/info/exclude:1", "*.puml");
  });
});

describe("inputs that change while the suite runs", () => {
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
