import { chmodSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../rig/processes.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
}

describe("surroundings", () => {
  it("core.hooksPath, and a repository whose path has a space, quotes and a dollar", async () => {
    const outer = await Rig.create({ hooks: false });
    const rig = outer.at(join(outer.base, `odd "na$me'`));
    mkdirSync(rig.directory);
    await rig.git("init", "-q");
    rig.installHooks();
    cpSync(join(rig.directory, ".git/hooks"), join(rig.directory, "my hooks"), { recursive: true });
    await rig.git("config", "core.hooksPath", "my hooks");
    rig.writeProject();
    rig.write(".gitignore", ".gate/\nmy hooks/\n");
    await rig.git("add", ".");
    await rig.commit("first");
    await expectWhole(rig);
  });

  it("a commit that fails after the hook keeps the evidence staged", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const failed = await rig.tryGit(
      "-c",
      "commit.gpgSign=true",
      "-c",
      "gpg.program=false",
      "commit",
      "-m",
      "signed",
    );
    expect(failed.code).not.toBe(0);
    await rig.commit("unsigned");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("settings of the user that change what git prints", async () => {
    const rig = await Rig.create();
    for (const [key, value] of [
      ["status.showUntrackedFiles", "no"],
      ["status.relativePaths", "true"],
      ["status.branch", "true"],
      ["core.quotePath", "false"],
      ["core.safecrlf", "true"],
      ["core.autocrlf", "input"],
      ["diff.noprefix", "true"],
      ["diff.renames", "copies"],
      ["diff.external", "false"],
      ["diff.ignoreSubmodules", "all"],
      ["color.ui", "always"],
      ["index.version", "4"],
      ["core.splitIndex", "true"],
      ["core.untrackedCache", "true"],
      ["feature.manyFiles", "true"],
      ["core.commentChar", ";"],
      ["advice.statusHints", "false"],
    ] as const) {
      await rig.git("config", key, value);
    }
    await rig.withEvidence();
    await expectWhole(rig);
    rig.write("src/new.py", "x\n");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src/router.py");
    expect((await rig.tryCommit("due")).stderr).toContain("src/new.py is untracked");
    await rig.git("add", ".");
    await rig.commit("due");
    await rig.git("rm", "-q", "src/new.py");
    await rig.commit("gone", "-a");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("no HOME", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    const { HOME: _home, ...env } = rig.env;
    const ended = await runProgram("git", ["commit", "-m", "due"], { cwd: rig.directory, env });
    expect(ended.stderr).toContain("1 passed");
    await expectWhole(rig);
  });

  it.skipIf(process.getuid?.() !== 0)(
    "a user without a name, a home or an entry anywhere (needs root)",
    async () => {
      const rig = await Rig.create();
      rig.writeProject();
      await rig.git("add", ".");
      await rig.run("chown", ["-R", "54321:54321", rig.base]);
      const { HOME: _home, ...env } = rig.env;
      const args = ["--reuid=54321", "--regid=54321", "--clear-groups", "git", "commit", "-m", "due"];
      const ended = await runProgram("setpriv", args, { cwd: rig.directory, env });
      expect(ended.stderr).toContain("1 passed");
      expect(ended.code).toBe(0);
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    "a git directory that may not be written (needs root, to become someone else)",
    async () => {
      const rig = await Rig.create();
      await rig.withEvidence();
      await rig.run("chmod", ["-R", "a+rX", rig.base]);
      const env = {
        ...rig.env,
        HOME: "/nonexistent",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "safe.directory",
        GIT_CONFIG_VALUE_0: "*",
      };
      const as = (...args: string[]) =>
        runProgram(
          "setpriv",
          ["--reuid=54321", "--regid=54321", "--clear-groups", process.execPath, GATE, ...args],
          { cwd: rig.directory, env },
        );
      expect((await as("status", "--rev", "HEAD")).stdout).toContain("fresh");
      const unwritten = await as("status");
      expect(unwritten.code).toBe(1);
      expect(unwritten.stderr).toMatch(/permission denied/i);
      await rig.gate("status");
      const status = await as("status");
      expect(status.stderr).toBe("");
      expect(status.stdout).toContain("fresh");
      const run = await as("run", "--force");
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/permission denied/i);
      expect(run.stderr).not.toContain("bug in gate");
    },
  );

  it("a file where gate's directory has to be", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.write(".gate", "mine\n");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(".gate");
    expect(ended.stderr).not.toContain("bug in gate");
    expect(rig.read(".gate")).toBe("mine\n");
    expect(rig.suite.runs).toBe(0);
  });

  it("a GIT_DIR that leaks from the hook of another repository", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const other = rig.at(join(rig.base, "other"));
    mkdirSync(other.directory);
    await other.git("init", "-q");
    other.writeProject();
    await other.git("add", ".");
    const leaked = {
      GIT_DIR: join(rig.directory, ".git"),
      GIT_INDEX_FILE: join(rig.directory, ".git/index"),
    };
    const before = await snapshot(rig);
    const ended = await rig.gateWith(leaked, "-C", other.directory, "run");
    expect(ended.code).toBe(0);
    expect(await snapshot(rig)).toEqual(before);
    expect(await other.decision()).toBe("fresh");
  });

  it("a suite that uses git on repositories of its own", async () => {
    const rig = await Rig.create();
    rig.suite.answers([{ id: "a::b" }], {
      before:
        'd=$(mktemp -d); cd "$d"; git init -q; echo x > x; git add x; git -c user.name=x -c user.email=x commit -q -m inner; git log --oneline >&2; cd "$GATE_ROOT"; rm -rf "$d"',
    });
    rig.writeProject();
    await rig.git("add", ".");
    const ended = await rig.commit("outer");
    expect(ended.stderr).toContain("inner");
    expect(await rig.git("log", "--format=%s")).toBe("outer");
    await expectWhole(rig);
  });

  it("a hook directory that cannot be executed", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    chmodSync(join(rig.directory, ".git/hooks/gate/launch"), 0o644);
    chmodSync(join(rig.directory, ".git/hooks/gate/pre-commit"), 0o644);
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("due", "-a");
    expect(rig.suite.runs).toBe(2);
  });
});
