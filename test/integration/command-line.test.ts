import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";

describe("the command line", () => {
  it.each(["missing", "gate.yaml"])("refuses -C %s, which is no directory", async (place) => {
    const rig = await Rig.create();
    rig.writeProject();
    const { code, stdout, stderr } = await rig.gate("-C", place, "status");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`-C ${place}: there is no such directory`);
  });

  it("takes a directory of the repository, before the command or after it", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const [before, after] = [await rig.gate("-C", "src", "status"), await rig.gate("status", "-C", "src")];
    expect(before.code).toBe(0);
    expect(before.stdout).toContain("fresh");
    expect(after.stdout).toBe(before.stdout);
  });

  it.each([
    [["sessions", "show", "--suite", "model-tests"], "--suite does not go with gate sessions show"],
    [["sessions", "--suite", "model-tests", "report"], "--suite does not go with gate sessions report"],
    [["sessions", "report", "--follow"], "--follow does not go with gate sessions report"],
    [["doctor", "--rev", "HEAD"], "--rev goes with --attack"],
    [["verify", "--suite", "model-tests", "--suite", "other"], "--suite takes one value; give it once"],
    [["verify", "--format=json", "--format", "text"], "--format takes one value; give it once"],
    [["-C", ".", "status", "-C", "src"], "-C takes one value; give it once"],
    [["why-ignored", "-C.", "-C", "src", "a.log"], "-C takes one value; give it once"],
  ])("refuses %j, of which a part would do nothing", async (args, said) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const { code, stderr } = await rig.gate(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });

  it("says so where the current directory is gone", async () => {
    const rig = await Rig.create();
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "$1" "$2" status`;
    const { code, stderr } = await rig.run("sh", ["-c", script, "sh", process.execPath, GATE]);
    expect(code).toBe(2);
    expect(stderr).toContain("the current directory is not there any more.");
  });

  it("answers with a document where git fails in the middle and JSON was asked for", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("gate.yaml", `${rig.read("gate.yaml")}# changed\n`);
    await rig.git("add", "gate.yaml");
    const blob = (await rig.git("rev-parse", ":gate.yaml")).trim();
    rmSync(join(rig.directory, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    const { code, stdout } = await rig.gate("attach", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "gate/failure@1",
      problems: [{ code: "git-failed", message: expect.stringContaining(blob) }],
    });
  });

  it.skipIf(!existsSync("/dev/full")).each(["--help", "--version"])(
    "does not say %s where nothing can be written",
    async (option) => {
      const rig = await Rig.create();
      const full = await rig.run("sh", ["-c", `"${process.execPath}" "${GATE}" ${option} >/dev/full`]);
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/^gate {2}the answer could not be written: [^\n]+\n$/);
    },
  );

  it("says all of a long answer through a pipe that does not wait for its reader", async () => {
    const rig = await Rig.create();
    rig.write(".gitignore", "*.log\n");
    rig.write("paths", Array.from({ length: 5000 }, (_, index) => `src/new_${index}.log\n`).join(""));
    rig.write("through.cjs", THROUGH_A_HASTY_PIPE);
    const ask = `"${process.execPath}" "${GATE}" why-ignored --stdin --json <paths`;
    const answer = await rig.run("sh", ["-c", ask]);
    const piped = await rig.run("sh", ["-c", `"${process.execPath}" through.cjs '${ask}' | cat`]);
    expect(JSON.parse(answer.stdout).paths).toHaveLength(5000);
    expect(piped).toEqual(answer);
  });
});

/** A socket on a pipe makes it one that takes what it can; what is started gets it under a number that Node lets be. */
const THROUGH_A_HASTY_PIPE = `new (require("node:net").Socket)({ fd: 1, readable: false, writable: true });
require("node:child_process").spawnSync("sh", ["-c", process.argv[2] + " >&3"], { stdio: [0, "ignore", 2, 1] });
`;
