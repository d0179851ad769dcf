import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
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
