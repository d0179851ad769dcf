import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

/** Every way of making a commit. The tests change a source, commit in that way, and look at what git holds. */

async function changeRouter(rig: Rig, text = "route = 2\n"): Promise<void> {
  rig.write("src/router.py", text);
  await rig.git("add", "src/router.py");
}

/** The commit carries the evidence of its own sources, and the checkout is clean. */
async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
}

describe("a plain commit", () => {
  it("runs the suite once and carries the reports", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    expect(rig.suite.runs).toBe(1);
    const files = await rig.git("ls-tree", "-r", "--name-only", "HEAD");
    expect(files.split("\n")).toEqual([
      ".gitignore",
      "README.md",
      "gate.yaml",
      "src/router.py",
      "test-reports/logs/test_hello/metadata.json",
      "test-reports/logs/test_hello/session.log",
      "test-reports/model-tests-latest.txt",
      "test-reports/model-tests.hash",
      "test-reports/model-tests.json",
      "test-reports/test_hello.puml",
    ]);
    await expectWhole(rig);
  });

  it("skips in silence when no input changed", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("README.md", "# Other\n");
    await rig.git("add", "README.md");
    const ended = await rig.commit("documentation");
    expect(ended.stderr).toBe("");
    expect(rig.suite.runs).toBe(1);
    await expectWhole(rig);
  });

  it("runs again when an input changed", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    const ended = await rig.commit("route");
    expect(ended.stderr).toContain("src/router.py changed");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("from a subdirectory", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.at(join(rig.directory, "src")).commit("route");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("keeps unstaged work on a file that is no input", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    rig.write("README.md", "unstaged work\n");
    await rig.commit("route");
    expect(await rig.changes()).toEqual([" M README.md"]);
    expect(rig.read("README.md")).toBe("unstaged work\n");
  });
});

describe("other forms of git commit", () => {
  it.each([["-a"], ["-i", "src/router.py"], ["--all", "--verbose"]])("git commit %s", async (...args) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", ...args);
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("git commit -- path leaves no phantom behind", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "--", "src/router.py");
    await expectWhole(rig);
    rig.write("README.md", "# Next\n");
    await rig.commit("next", "-a");
    await expectWhole(rig);
    expect(rig.suite.runs).toBe(2);
  });

  it("git commit -- path with other things staged", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("README.md", "# Staged\n");
    await rig.git("add", "README.md");
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "--", "src/router.py");
    expect(await rig.changes()).toEqual(["M  README.md"]);
    await rig.commit("readme");
    await expectWhole(rig);
  });

  it("git commit -- path with an index of the user's own", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const own = { GIT_INDEX_FILE: join(rig.directory, ".git/own-index") };
    await rig.run("git", ["read-tree", "HEAD"], own);
    rig.write("src/router.py", "route = 2\n");
    const ended = await rig.run("git", ["commit", "-m", "route", "--", "src/router.py"], own);
    expect(ended.code).toBe(0);
    expect(await rig.decision("HEAD")).toBe("fresh");
    const status = await rig.run("git", ["status", "--porcelain"], own);
    expect(status.stdout).toBe("");
  });

  it("git commit -p commits the hunk that was chosen", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    const ended = await rig.run("sh", ["-c", "echo y | git commit -p -m route"]);
    expect(ended.code).toBe(0);
    await expectWhole(rig);
  });

  it("--amend of the message runs nothing", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.commit("better words", "--amend");
    expect(rig.suite.runs).toBe(1);
    await expectWhole(rig);
  });

  it("--amend with a changed input runs and carries the reports", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("again", "--amend");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("--allow-empty and nothing staged run nothing", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.commit("empty", "--allow-empty");
    const nothing = await rig.tryCommit("nothing");
    expect(nothing.code).toBe(1);
    expect(rig.suite.runs).toBe(1);
    await expectWhole(rig);
  });

  it("--no-verify leaves HEAD stale, and a documentation commit after it passes with a line", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("sneaky", "--no-verify");
    const stale = (await rig.git("rev-parse", "HEAD")).slice(0, 7);
    rig.write("README.md", "# Other\n");
    const ended = await rig.commit("documentation", "-a");
    expect(ended.stderr).toContain(
      `stale since ${stale} (Ann, just now); your commit does not change its inputs.`,
    );
    expect(rig.suite.runs).toBe(1);
  });
});

describe("evidence that exists", () => {
  it("is reused when a change is reverted", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("route");
    await changeRouter(rig, "route = 1\n");
    const ended = await rig.commit("back");
    expect(ended.stderr).toContain("reused");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  /** Of a repository with evidence of route 1 and then of route 2. */
  async function freshClone(): Promise<{ readonly rig: Rig; readonly clone: Rig }> {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("route");
    await rig.git("clone", "-q", rig.directory, join(rig.base, "clone"));
    const clone = rig.at(join(rig.base, "clone"));
    clone.installHooks();
    return { rig, clone };
  }

  it("is found in the history of a fresh clone, which has no store", async () => {
    const { rig, clone } = await freshClone();
    await changeRouter(clone, "route = 1\n");
    const ended = await clone.commit("back");
    const first = (await rig.git("rev-list", "--max-parents=0", "HEAD")).slice(0, 7);
    expect(ended.stderr).toContain(`reused the evidence of ${first} (recorded by Ann`);
    expect(rig.suite.runs).toBe(2);
    await expectWhole(clone);
  });

  it("is found where a merge recorded it, whatever the user has set for git log", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", "src");
    await rig.git("commit", "-q", "--no-verify", "-m", "side");
    await rig.git("checkout", "-q", "main");
    rig.write("src/main.py", "main = 1\n");
    await rig.git("add", "src");
    await rig.git("commit", "-q", "--no-verify", "-m", "main");
    await rig.git("merge", "-q", "--no-commit", "--no-ff", "side");
    await rig.commit("merge");
    await changeRouter(rig, "route = 9\n");
    await rig.commit("route");
    await rig.git("clone", "-q", rig.directory, join(rig.base, "clone"));
    const clone = rig.at(join(rig.base, "clone"));
    await clone.git("config", "log.diffMerges", "off");
    await changeRouter(clone, "route = 1\n");
    expect(await clone.decision()).toBe("reuse");
  });

  it("is found where the commits before had their reports, in a fresh clone, too", async () => {
    const { rig, clone } = await freshClone();
    clone.write("gate.yaml", clone.read("gate.yaml").replace("inputs:", "reports: evidence\n    inputs:"));
    const moved = await clone.commit("elsewhere", "-a");
    expect(moved.stderr).toContain("reused the evidence of ");
    await changeRouter(clone, "route = 1\n");
    const back = await clone.commit("back");
    expect(back.stderr).toContain("reused the evidence of ");
    expect(clone.exists("evidence/model-tests.json")).toBe(true);
    expect(rig.suite.runs).toBe(2);
    expect(await clone.decision("HEAD")).toBe("fresh");
  });

  it("is attached in a linked worktree, whose sessions are its own", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("worktree", "add", "-q", "-b", "side", join(rig.base, "side"));
    const side = rig.at(join(rig.base, "side"));
    await changeRouter(side);
    await side.commit("route");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(side);
    await expectWhole(rig);
    await changeRouter(rig);
    await rig.commit("the same");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });
});

describe("merges", () => {
  async function branches(): Promise<Rig> {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side");
    await rig.git("checkout", "-q", "main");
    return rig;
  }

  it("a clean merge with a run due passes as pending", async () => {
    const rig = await branches();
    rig.write("src/main.py", "main = 1\n");
    await rig.git("add", ".");
    await rig.commit("main", "--no-verify");
    const runs = rig.suite.runs;
    const ended = await rig.tryGit("merge", "--no-edit", "side");
    expect(ended.code).toBe(0);
    expect(ended.stdout + ended.stderr).toContain("Evidence pending");
    expect(rig.suite.runs).toBe(runs);
  });

  it("a clean merge with a run due names what made it due", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side", "--no-verify");
    await rig.git("checkout", "-q", "main");
    rig.write("README.md", "# main moved\n");
    await rig.commit("main", "-a");
    const { code, stderr } = await rig.tryGit("merge", "--no-edit", "side");
    expect(code).toBe(0);
    expect(stderr).toContain(
      "gate  model-tests: src/side.py changed. Evidence pending: a merge does not wait for a run.\n",
    );
  });

  it("a clean merge with evidence to reuse attaches it and asks for git commit", async () => {
    const rig = await branches();
    // The same sources as after the merge, gated elsewhere.
    await rig.git("checkout", "-q", "-b", "elsewhere", "main");
    rig.write("src/side.py", "side = 1\n");
    rig.write("src/main.py", "main = 1\n");
    await rig.git("add", ".");
    await rig.commit("both");
    await rig.git("checkout", "-q", "main");
    rig.write("src/main.py", "main = 1\n");
    await rig.git("add", ".");
    await rig.commit("main", "--no-verify");
    const runs = rig.suite.runs;
    const merge = await rig.tryGit("merge", "--no-edit", "side");
    expect(merge.code).not.toBe(0);
    expect(merge.stdout + merge.stderr).toContain("git commit");
    expect(merge.stderr).not.toContain("staged by somebody else");
    await rig.git("commit", "--no-edit");
    await expectWhole(rig);
    expect((await rig.git("rev-list", "--parents", "-1", "HEAD")).split(" ")).toHaveLength(3);
    expect(rig.suite.runs).toBe(runs);
  });

  it("a conflict in nothing but reports needs no resolving by hand", async () => {
    const rig = await branches();
    rig.write("src/main.py", "main = 1\n");
    await rig.git("add", ".");
    await rig.commit("main");
    const merge = await rig.tryGit("merge", "--no-edit", "side");
    expect(merge.code).toBe(1);
    expect(merge.stdout).toContain("test-reports/model-tests.hash");
    const run = await rig.gate("run");
    expect(run.stderr + run.stdout).toContain("1 passed");
    await rig.git("commit", "--no-edit");
    await expectWhole(rig);
    expect((await rig.git("rev-list", "--parents", "-1", "HEAD")).split(" ")).toHaveLength(3);
  });

  it("a squash merge carries its evidence", async () => {
    const rig = await branches();
    rig.write("README.md", "# main moved\n");
    await rig.commit("main", "-a");
    await rig.git("merge", "-q", "--squash", "side");
    const runs = rig.suite.runs;
    await rig.commit("squashed");
    expect(rig.suite.runs).toBe(runs);
    await expectWhole(rig);
  });

  it("an unmerged input is named", async () => {
    const rig = await branches();
    rig.write("src/side.py", "side = 2\n");
    await rig.git("add", ".");
    await rig.commit("main");
    await rig.tryGit("merge", "--no-edit", "side");
    const run = await rig.gate("run");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("src/side.py is unmerged");
  });
});

describe("cherry-pick and rebase", () => {
  it("cherry-pick -n, then commit", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    await changeRouter(rig);
    await rig.commit("route");
    await rig.git("checkout", "-q", "main");
    rig.write("README.md", "# moved\n");
    await rig.commit("docs", "-a");
    await rig.git("cherry-pick", "-n", "side");
    await rig.commit("picked");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("a cherry-pick with conflicting reports, continued", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side");
    await rig.git("checkout", "-q", "main");
    await changeRouter(rig);
    await rig.commit("route");
    expect((await rig.tryGit("cherry-pick", "side")).code).toBe(1);
    expect((await rig.gate("run")).code).toBe(0);
    await rig.git("-c", "core.editor=true", "cherry-pick", "--continue");
    await expectWhole(rig);
  });

  it("rebase -i with reword runs nothing where the evidence is there", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("route");
    const editor = { GIT_SEQUENCE_EDITOR: "sed -i s/^pick/reword/", GIT_EDITOR: "true" };
    const ended = await rig.run("git", ["rebase", "-i", "HEAD~1"], editor);
    expect(ended.code).toBe(0);
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });
});

describe("unusual repositories", () => {
  it("a sha256 repository", async () => {
    const rig = await Rig.create({ objectFormat: "sha256" });
    await rig.withEvidence();
    await changeRouter(rig);
    await rig.commit("route", "-a");
    await expectWhole(rig);
  });

  it("a sparse checkout that leaves the reports out", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("sparse-checkout", "set", "--cone", "src");
    expect(rig.exists("test-reports/model-tests.json")).toBe(false);
    await changeRouter(rig);
    await rig.commit("route");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("an index in which the directory of the reports is one entry", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("sparse-checkout", "set", "--cone", "--sparse-index", "src");
    for (const how of [[], ["-a"]]) {
      expect(await rig.git("ls-files", "--sparse", "-s")).toContain("\ttest-reports/");
      await changeRouter(rig, `route = "${how}"\n`);
      await rig.commit("route", ...how);
      expect(await rig.decision("HEAD")).toBe("fresh");
      expect(await rig.git("fsck", "--no-dangling")).toBe("");
      await rig.git("sparse-checkout", "reapply", "--sparse-index");
    }
    expect(rig.suite.runs).toBe(3);
  });

  it("a name with a space, a quote and a newline above it", async () => {
    const rig = await Rig.create({ hooks: false });
    await rig.git("init", "-q", join(rig.base, "odd 'name"));
    const odd = rig.at(join(rig.base, "odd 'name"));
    odd.installHooks();
    await odd.withEvidence();
    await expectWhole(odd);
  });
});

describe("somebody's staged work under the reports", () => {
  it.each([
    ["an edited report", "test-reports/model-tests-latest.txt", "replaced."],
    ["a file of their own", "test-reports/notes.txt", "removed: test-reports is for reports alone."],
  ])("%s gives way, is named, and can be had back", async (_, path, end) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write(path, "my own words\n");
    await rig.git("add", path);
    const ended = await rig.commit("with notes");
    expect(ended.stderr).toContain(`${path} was staged by somebody else than gate, and was ${end}\n`);
    const blob = /git cat-file -p ([0-9a-f]+)/.exec(ended.stderr)?.[1] ?? "";
    expect(await rig.git("cat-file", "-p", blob)).toBe("my own words");
    await expectWhole(rig);
  });

  it("is named where it was staged while another suite ran", async () => {
    const rig = await Rig.create();
    const suite = (name: string, inputs: string) =>
      `  ${name}:\n    run: sh "$RIG_SUITE"\n    inputs: [${inputs}]\n    reports: ${name}\n`;
    rig.writeProject();
    rig.write("prompts/hello.txt", "1\n");
    rig.write("gate.yaml", `version: 1\nsuites:\n${suite("first", "src")}${suite("second", "prompts")}`);
    await rig.git("add", ".");
    await rig.commit("first");
    rig.write("prompts/hello.txt", "2\n");
    await rig.commit("other prompts", "-a");
    const { runs } = rig.suite;
    rig.suite.answers([{ id: "a::b" }], {
      before: "echo mine >second/second-latest.txt; git add second",
    });
    rig.write("prompts/hello.txt", "1\n");
    await changeRouter(rig);
    await rig.git("add", ".");
    const { stderr } = await rig.tryCommit("the prompts of before");
    expect(rig.suite.runs).toBe(runs + 1);
    expect(stderr).toContain("second: reused the local evidence");
    expect(stderr).toContain(
      "second/second-latest.txt was staged by somebody else than gate, and was replaced.",
    );
  });

  it("is not what gate staged itself, under the name that a suite had before", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    await rig.gate("run");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("model-tests:", "router-tests:"));
    await rig.git("add", "gate.yaml");
    const { code, stderr } = await rig.gate("run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("somebody else") });
    expect(await rig.git("ls-files", "test-reports")).not.toContain("model-tests");
  });
});
