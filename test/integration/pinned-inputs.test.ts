import { createHash } from "node:crypto";
import { rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const TEST = "tests/test_hello.py::test_hello";
const WEIGHTS = "the weights";
const LONG_AGO = 1_000_000_000;

const pinOf = (path: string) => {
  const digest = createHash("sha256").update(WEIGHTS).digest("hex");
  return `${digest}  ${WEIGHTS.length}  ${path}\n`;
};

/** A project whose weights git ignores and `models/models.pin` pins; the suite reads them. */
async function rigWithPin(suiteLines: string, pinned = "models/tiny.bin"): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(`    pins: [models/models.pin]\n${suiteLines}`);
  rig.write(".gitignore", ".gate/\n*.bin\n");
  rig.write("models/tiny.bin", WEIGHTS);
  utimesSync(join(rig.directory, "models/tiny.bin"), LONG_AGO, LONG_AGO);
  rig.write("models/models.pin", pinOf(pinned.replace("{directory}", rig.directory)));
  await rig.git("add", ".");
  rig.suite.answers([{ id: TEST, reads: ["src/router.py", "models/tiny.bin"] }]);
  return rig;
}

describe("a file that a pin names", () => {
  it.each([
    ["from the top level", "models/tiny.bin"],
    ["by its absolute path", "{directory}/models/tiny.bin"],
    ["through a link", "linked.bin"],
  ])("is pinned: nobody is told to pin it (%s)", async (_how, pinned) => {
    const rig = await rigWithPin("", pinned);
    symlinkSync("models/tiny.bin", join(rig.directory, "linked.bin"));
    const ended = await rig.commit("due");
    expect(ended.stderr).not.toContain("tiny.bin");
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toContain("read, and not tracked by git: none");
  });

  it("beside one that none names leaves that one to be told", async () => {
    const rig = await rigWithPin("");
    rig.write("models/other.bin", "x");
    utimesSync(join(rig.directory, "models/other.bin"), LONG_AGO, LONG_AGO);
    rig.suite.answers([{ id: TEST, reads: ["models/tiny.bin", "models/other.bin"] }]);
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("the run read models/other.bin, which git does not track");
    expect(stderr).not.toContain("tiny.bin");
  });
});

describe("a pinned file is another one", () => {
  const OTHER = "the Weights";

  async function expectRefused(rig: Rig, ...words: readonly string[]): Promise<void> {
    const { code, stderr } = await rig.tryCommit("due");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(words[0] ?? "") });
    for (const word of words) expect(stderr).toContain(word);
  }

  it("also where it has the size and the time of the one before", async () => {
    const rig = await rigWithPin("");
    const file = join(rig.directory, "models/tiny.bin");
    await rig.commit("due");
    rig.write("models/tiny.bin", OTHER);
    utimesSync(file, LONG_AGO, LONG_AGO);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await expectRefused(rig, "models/tiny.bin has SHA-256");
    expect(rig.suite.runs).toBe(1);
  });

  it("also where a link leads to it, that led to another one before", async () => {
    const rig = await rigWithPin("", "linked.bin");
    rig.write("models/other.bin", OTHER);
    for (const name of ["tiny", "other"])
      utimesSync(join(rig.directory, `models/${name}.bin`), LONG_AGO, LONG_AGO);
    const link = join(rig.directory, "linked.bin");
    symlinkSync("models/tiny.bin", link);
    await rig.commit("due");
    rmSync(link);
    symlinkSync("models/other.bin", link);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    await expectRefused(rig, "linked.bin has SHA-256");
  });

  it.each([
    ["written over", `printf %s "${OTHER}" >models/tiny.bin`],
    ["written anew, the same", "cp models/tiny.bin models/copy.bin; cat models/copy.bin >models/tiny.bin"],
    [
      "swapped, and swapped back",
      "cd models; touch -d 2001-09-09 old.bin; mv tiny.bin aside; mv old.bin tiny.bin; mv tiny.bin old.bin; mv aside tiny.bin",
    ],
    ["replaced by an older one", "touch -d 2001-09-09 models/old.bin; mv models/old.bin models/tiny.bin"],
  ])("since the suite began: %s", async (_how, command) => {
    const rig = await rigWithPin("");
    rig.write("models/old.bin", OTHER);
    rig.suite.answers([{ id: TEST }], { before: command });
    await expectRefused(
      rig,
      "models/tiny.bin, which models/models.pin pins, was written while the suite ran",
    );
    expect(rig.exists("test-reports")).toBe(false);
  });
});

describe("a pin file", () => {
  it("is never proposed to be left out, nor its directory", async () => {
    const rig = await rigWithPin("");
    await rig.commit("due");
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toContain("declared, and not seen to be read: none");
    expect(stdout).not.toContain("models.pin");
  });

  it.each([
    ["by its name", "!models/models.pin"],
    ["by its directory", "!models"],
    ["by a glob", "!**/*.p[hi]n"],
  ])("that is taken out of the inputs is an error of gate.yaml, with the line: %s", async (_how, exclude) => {
    const rig = await rigWithPin("");
    const text = rig.read("gate.yaml").replace(/inputs: .*/, `inputs:\n      - src\n      - "${exclude}"`);
    rig.write("gate.yaml", text);
    await rig.git("add", ".");
    const ended = await rig.gate("run");
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain(
      `gate.yaml:7  pins: models/models.pin is taken out of the inputs by ${exclude}`,
    );
    expect((await rig.gate("status")).stdout).toContain("is taken out of the inputs by");
    expect(rig.suite.runs).toBe(0);
  });

  it("stays in beside excludes that take something else out", async () => {
    const rig = await rigWithPin("");
    const excludes = '["!models/*.txt", "!**/*.md", "!models/models.pin.old"]';
    rig.write("gate.yaml", rig.read("gate.yaml").replace(/\[src, .*\]/, excludes.replace("[", "[src, ")));
    await rig.git("add", ".");
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});
