import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../rig/processes.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
}

describe("inputs that are everything", () => {
  it.each([".", "**/*", "**", "./"])("inputs: [%s]", async (pattern) => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", rig.read("gate.yaml").replace('[src, "!**/*.md"]', `["${pattern}"]`));
    await rig.git("add", ".");
    await rig.commit("first");
    await expectWhole(rig);
    rig.write("deep/er/new.txt", "x\n");
    await rig.git("add", ".");
    await rig.commit("second");
    expect(rig.suite.runs).toBe(2);
    await rig.commit("nothing", "--allow-empty");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });

  it("also where nothing ignores gate's own directory", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", rig.read("gate.yaml").replace('[src, "!**/*.md"]', "[.]"));
    rig.remove(".gitignore");
    await rig.git("add", ".");
    await rig.commit("first");
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("second", "-a");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });
});

describe("files with hostile names among the inputs", () => {
  const NAMES: readonly (string | Buffer)[] = [
    "new\nline.py",
    "-rf",
    "--help",
    ":(top)x",
    "star*[a-z]?.py",
    'quo"te.py',
    "back\\slash.py",
    " space ",
    "\u001b[2Jescape.py",
    "é.py",
    "e\u0301.py",
    Buffer.from([0x6c, 0x61, 0x74, 0x69, 0x6e, 0xe9]),
    Buffer.from([0xff, 0xfe]),
  ];

  function writeAll(rig: Rig, content: string): void {
    for (const name of NAMES) {
      writeFileSync(
        Buffer.concat([Buffer.from(`${join(rig.directory, "src")}/`), Buffer.from(name)]),
        content,
      );
    }
  }

  it("are inputs like any other", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    writeAll(rig, "1\n");
    await rig.git("add", ".");
    await rig.commit("first");
    await expectWhole(rig);
    writeAll(rig, "2\n");
    const ended = await rig.commit("second", "-a");
    expect(rig.suite.runs).toBe(2);
    expect(ended.stderr).toMatch(/changed \(and 12 more\)/);
    expect(ended.stderr).not.toContain("\u001b");
    await expectWhole(rig);
  });

  it("are named when they are in the way", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    writeAll(rig, "1\n");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(rig.suite.runs).toBe(0);
    for (const name of ["src/-rf", "src/--help", String.raw`"src/latin\351"`, String.raw`"src/\377\376"`]) {
      expect(ended.stderr).toContain(`${name} is untracked`);
    }
    expect(ended.stderr).not.toContain("\u001b");
  });
});

describe("gate.yaml", () => {
  it("that this commit removes is no configuration any more, and says nothing", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("rm", "-q", "gate.yaml");
    rig.write("src/router.py", "route = 2\n");
    const ended = await rig.commit("no more gate", "-a");
    expect(ended.stderr).toBe("");
    expect(rig.suite.runs).toBe(1);
  });

  it("that is wrong on disk and right in the index does not matter", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("gate.yaml", Buffer.from([0xff, 0]));
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    await rig.commit("route");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it.each([
    ["empty", (rig: Rig) => rig.write("gate.yaml", "")],
    ["not UTF-8", (rig: Rig) => rig.write("gate.yaml", Buffer.from([0xff, 0xfe, 0]))],
    ["of 10 MB", (rig: Rig) => rig.write("gate.yaml", `# ${"x".repeat(10_000_000)}\n`)],
    [
      "a symbolic link",
      (rig: Rig) => {
        rig.remove("gate.yaml");
        symlinkSync("README.md", join(rig.directory, "gate.yaml"));
      },
    ],
    [
      "a directory",
      (rig: Rig) => {
        rig.remove("gate.yaml");
        rig.write("gate.yaml/x", "x\n");
      },
    ],
  ])("that is %s refuses the commit and writes nothing", async (_name, spoil) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    spoil(rig);
    await rig.git("add", "-A");
    const before = await snapshot(rig);
    const ended = await rig.tryCommit("wrong");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("gate.yaml");
    expect(ended.stderr.length).toBeLessThan(2000);
    expect((await rig.gate("run")).code).toBe(2);
    expect(await snapshot(rig)).toEqual(before);
  });
});

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
