import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dueRig, expectRefusal } from "../rig/refusal.ts";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

/** A program that says of every file that nobody has touched it. */
const FSMONITOR = `
  printf '#!/bin/sh\\nprintf "token\\\\0"\\n' >../monitor && chmod +x ../monitor
  git config core.fsmonitor "$PWD/../monitor" && git config core.fsmonitorHookVersion 2
  git update-index --fsmonitor`;

describe("the working tree is not what is being committed", () => {
  it("an input with unstaged changes, a staged and further edited one among them", async () => {
    const rig = await dueRig();
    rig.write("src/router.py", "route = 3\n");
    await expectRefusal(
      rig,
      "cannot run: the working tree is not what you are committing",
      "src/router.py has unstaged changes",
      "git apply .git/rest.patch",
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

  it("the ways out do work: what was staged in part comes back whole, beside what was staged", async () => {
    const rig = await dueRig();
    rig.write("src/router.py", "route = 2\nstaged = 1\n");
    await rig.git("add", "src/router.py");
    rig.write("src/router.py", "route = 2\nstaged = 1\nbeside = 1\n");
    for (const [name, value] of [
      ["noprefix", "true"],
      ["external", "false"],
      ["mnemonicPrefix", "true"],
    ])
      await rig.git("config", `diff.${name}`, String(value));
    await rig.git("config", "color.ui", "always");
    rig.write("README.md", rig.read("README.md"));
    rig.write(".git/rest.patch", "of an earlier time\n");
    await expectRefusal(
      rig,
      "git diff-files --ita-visible-in-index -p --binary >.git/rest-2.patch && git restore :/  and after the commit:  git apply .git/rest-2.patch",
    );
    await rig.run("sh", [
      "-c",
      "git diff-files --ita-visible-in-index -p --binary >.git/rest-2.patch && git restore :/",
    ]);
    await rig.commit("due");
    await rig.git("apply", ".git/rest-2.patch");
    expect(await rig.changes()).toEqual([" M src/router.py"]);
    expect(rig.read("src/router.py")).toBe("route = 2\nstaged = 1\nbeside = 1\n");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  /** Does to the letter what the refusal says to do before the commit; gives what it says to do after. */
  async function setAside(rig: Rig, stderr: string): Promise<string> {
    const [, aside = "", back = ""] =
      /: {2}(git diff-files .+?) {2}and after the commit: {2}(.+)/.exec(stderr) ?? [];
    expect((await rig.run("sh", ["-c", aside])).code).toBe(0);
    return back;
  }

  it("the ways out do work: in a merge of which only the reports conflict, and it stays one", async () => {
    const rig = await dueRig();
    rig.write("src/more.py", "more = 1\n");
    await rig.git("add", "src");
    await rig.commit("main");
    await rig.git("checkout", "-q", "-b", "side", "HEAD~1");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", "src");
    await rig.commit("side");
    expect((await rig.tryGit("merge", "main")).code).toBe(1);
    rig.write("src/side.py", "side = 1\nlater = 1\n");
    const refused = await rig.gate("run");
    expect(refused.stderr).not.toContain("git stash");
    const back = await setAside(rig, refused.stderr);
    await rig.gate("run");
    await rig.commit("merged");
    expect((await rig.git("log", "-1", "--format=%P")).split(" ")).toHaveLength(2);
    expect((await rig.run("sh", ["-c", back])).code).toBe(0);
    expect(await rig.changes()).toEqual([" M src/side.py"]);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it.each([["merge"], ["cherry-pick"]])(
    "no way out ends a %s, also one that leaves the reports alone",
    async (verb) => {
      const rig = await dueRig();
      await rig.git("stash", "-q");
      await rig.git("checkout", "-q", "-b", "side");
      rig.write("README.md", "# Side\n");
      rig.write("src/side.py", "side = 1\n");
      await rig.git("add", ".");
      await rig.git("commit", "-q", "--no-verify", "-m", "side");
      await rig.git("checkout", "-q", "main");
      rig.write("README.md", "# Main\n");
      await rig.commit("main", "-a");
      expect((await rig.tryGit(verb, "side")).code).toBe(1);
      rig.write("README.md", "# Both\n");
      await rig.git("add", "README.md");
      rig.write("src/notes.py", "notes = 1\n");
      const { stderr } = await rig.gate("run");
      expect(stderr).toContain("Stage or ignore them, or move them away for the run");
      expect(stderr).not.toContain("git stash");
    },
  );

  it("the ways out do work: with reports of an earlier run staged", async () => {
    const rig = await dueRig();
    rig.write("src/later.py", "later = 1\n");
    await rig.git("add", "src");
    await rig.gate("run");
    rig.write("src/router.py", "route = 3\n");
    await rig.git("add", "src/router.py");
    rig.write("src/later.py", "later = 2\n");
    const { stderr } = await rig.tryCommit("due");
    const back = await setAside(rig, stderr);
    await rig.commit("due");
    expect((await rig.run("sh", ["-c", back])).code).toBe(0);
    expect(await rig.changes()).toEqual([" M src/later.py"]);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("the ways out do work: a part of a file that git commit -p leaves out", async () => {
    const rig = await Rig.create();
    const lines = Array.from({ length: 13 }, (_, index) => `line_${index} = 1`);
    rig.write("src/long.py", `${lines.join("\n")}\n`);
    await rig.git("add", "src");
    await rig.withEvidence();
    const edited = lines.with(0, "first = 1").with(12, "last = 1");
    rig.write("src/long.py", `${edited.join("\n")}\n`);
    const hunks = "printf 's\\ny\\nn\\n' |";
    const { stderr } = await rig.run("sh", ["-c", `${hunks} git commit -p -m part`]);
    expect(stderr).toContain("src/long.py has changes that this commit leaves out.");
    expect(stderr).toContain("stage what you commit:  git add -p");
    expect((await rig.run("sh", ["-c", `${hunks} git add -p`])).code).toBe(0);
    const back = await setAside(rig, stderr);
    await rig.commit("part");
    expect((await rig.run("sh", ["-c", back])).code).toBe(0);
    expect(await rig.git("show", "HEAD:src/long.py")).toContain("first = 1");
    expect(await rig.git("show", "HEAD:src/long.py")).not.toContain("last = 1");
    expect(rig.read("src/long.py")).toContain("last = 1");
  });

  it("the ways out do work: a file that is only announced comes back, too", async () => {
    const rig = await dueRig();
    rig.write("src/router.py", "route = 2\nstaged = 1\n");
    await rig.git("add", "src/router.py");
    rig.write("src/router.py", "route = 2\nstaged = 1\nbeside = 1\n");
    rig.write("notes.md", "an afternoon of them\n");
    await rig.git("add", "-N", "notes.md");
    const { stderr } = await rig.tryCommit("due");
    const [, aside = "", back = ""] = /level: {2}(.+?) {2}and after the commit: {2}(.+)/.exec(stderr) ?? [];
    await rig.run("sh", ["-c", aside]);
    await rig.commit("due");
    expect((await rig.run("sh", ["-c", back])).code).toBe(0);
    expect(rig.read("notes.md")).toBe("an afternoon of them\n");
    expect(rig.read("src/router.py")).toBe("route = 2\nstaged = 1\nbeside = 1\n");
  });

  it("the ways out do work: what git commit -- path leaves out, new, deleted and renamed", async () => {
    const rig = await dueRig();
    for (const name of ["gone", "old"]) rig.write(`src/${name}.py`, `${name} = 1\n`);
    await rig.git("add", "src");
    await rig.commit("more");
    await rig.git("mv", "src/old.py", "src/named.py");
    await rig.git("rm", "-q", "src/gone.py");
    rig.write("src/new.py", "new = 1\n");
    rig.write("src/router.py", "route = 3\n");
    await rig.git("add", "src");
    const { stderr } = await rig.tryCommit("router", "--", "src/router.py");
    expect(stderr).toContain("src/new.py is untracked and matches the inputs");
    expect(stderr).toContain("src/gone.py is gone from disk, which this commit leaves out.");
    const [, aside = "", back = ""] =
      /: {2}(git restore.+?) {2}and after the commit: {2}(.+)/.exec(stderr) ?? [];
    await rig.run("sh", ["-c", aside.replace("<what you commit>", "src/router.py")]);
    await rig.commit("router", "--", "src/router.py");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect((await rig.run("sh", ["-c", back])).code).toBe(0);
    expect(await rig.changes()).toEqual(["D  src/gone.py", "R  src/old.py -> src/named.py", "A  src/new.py"]);
  });

  it.each([
    ["another program tells git which files to look at", FSMONITOR, false],
    [
      "git goes by a part of the times alone",
      "touch -d 2001-09-09 src/router.py; git config core.trustctime false",
      true,
    ],
  ])("an input that was edited where %s", async (_, settings, keepsTime) => {
    const rig = await dueRig();
    expect((await rig.run("sh", ["-ec", settings])).code).toBe(0);
    await rig.git("status");
    // git counts in seconds
    const later =
      'touch ../a; until touch ../b; [ "$(stat -c %Z ../b)" -gt "$(stat -c %Z ../a)" ]; do :; done';
    const edit = `${later}; touch -r src/router.py ../before; echo 'route = 7' >src/router.py`;
    const stamp = keepsTime ? "; touch -r ../before src/router.py" : "";
    expect((await rig.run("sh", ["-ec", edit + stamp])).code).toBe(0);
    await expectRefusal(rig, "src/router.py has unstaged changes");
  });

  it("an input that is only announced", async () => {
    const rig = await dueRig();
    rig.write("src/new.py", "new = 1\n");
    await rig.git("add", "-N", "src/new.py");
    await expectRefusal(rig, "src/new.py is only announced to git (git add -N)", "git add -- <file>");
    await rig.git("add", "--", "src/new.py");
    await rig.commit("due");
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
    await expectRefusal(
      rig,
      "src/library is a submodule that is not clean",
      "Commit or set aside what changed in it",
    );
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

  it("a file of the user's that is only announced, under the name of a report", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.write("test-reports/model-tests.json", "{}\n");
    await rig.git("add", "-N", "test-reports/model-tests.json");
    await expectRefusal(rig, "test-reports/model-tests.json");
    expect(rig.read("test-reports/model-tests.json")).toBe("{}\n");
  });

  it("a directory of the user's where a report has to be", async () => {
    const rig = await dueRig();
    rig.remove("test-reports/test_hello.puml");
    rig.write("test-reports/test_hello.puml/precious.txt", "mine\n");
    await expectRefusal(rig, "test-reports/test_hello.puml");
    expect(rig.read("test-reports/test_hello.puml/precious.txt")).toBe("mine\n");
  });

  it("an empty directory there is nobody's, and no hindrance", async () => {
    const rig = await dueRig();
    rig.remove("test-reports/test_hello.puml");
    mkdirSync(join(rig.directory, "test-reports/test_hello.puml/empty"), { recursive: true });
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("a repository of the user's where a report has to be", async () => {
    const rig = await dueRig();
    rig.remove("test-reports/test_hello.puml");
    await rig.git("init", "-q", "test-reports/test_hello.puml");
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

  it("that a test is called like is answered by the command that the refusal names", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write(".gitignore", ".gate/\ncoverage\n");
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a::coverage", logs: { "session.log": "ready\n" } }, { id: "a::other" }]);
    const { stderr } = await rig.tryCommit("due");
    const path = "test-reports/logs/coverage/metadata.json";
    expect(stderr).toContain(`by the lines of:  gate why-ignored ${path}\n`);
    const { stdout } = await rig.gate("why-ignored", "--json", path);
    const [{ fix }] = JSON.parse(stdout).paths;
    appendFileSync(join(rig.directory, ".gitignore"), `${fix[0].add.join("\n")}\n`);
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
