import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const UNSTAGED = "gate.yaml has unstaged changes: gate judges what is staged.";

/** With evidence, so that everything else is fresh. */
async function committed(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  return rig;
}

const withTimeout = (rig: Rig, timeout: string) => `${rig.read("gate.yaml")}    timeout: ${timeout}\n`;

describe("a gate.yaml on disk that is not the staged one", () => {
  it("is told by status and run, before a run and where nothing is run", async () => {
    const rig = await committed();
    rig.write("gate.yaml", withTimeout(rig, "7m"));
    const status = await rig.gate("status");
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining(UNSTAGED)]);
    expect(status.stdout).toContain("model-tests: fresh");
    expect(status.stdout).toContain("git add gate.yaml");
    const fresh = await rig.gate("run");
    expect([fresh.code, fresh.stderr]).toEqual([0, expect.stringContaining(UNSTAGED)]);
    const { stderr } = await rig.gate("run", "--force");
    expect(stderr.indexOf(UNSTAGED)).toBeLessThan(stderr.indexOf("Running:"));
    expect(stderr).toContain(UNSTAGED);
  });

  it("is told where it is broken, and where it is gone", async () => {
    const rig = await committed();
    rig.write("gate.yaml", "suites: [");
    expect((await rig.gate("status")).stdout).toContain(UNSTAGED);
    rmSync(join(rig.directory, "gate.yaml"));
    const { stdout } = await rig.gate("status");
    expect(stdout).toContain("gate.yaml is staged and not on disk");
    expect(stdout).toContain("git checkout -- gate.yaml");
    await rig.git("checkout", "--", "gate.yaml");
    expect((await rig.gate("status")).stdout).not.toContain("gate.yaml");
  });

  it("is told although the memo holds", async () => {
    const rig = await committed();
    const before = rig.read("gate.yaml");
    expect((await rig.gate("status")).stdout).not.toContain("gate.yaml");
    expect(JSON.parse(rig.read(".git/gate/memo.json"))).toMatchObject({ looked: { warnings: [] } });
    rig.write("gate.yaml", withTimeout(rig, "7m"));
    expect((await rig.gate("status")).stdout).toContain(UNSTAGED);
    rig.write("gate.yaml", before);
    expect((await rig.gate("status")).stdout).not.toContain("gate.yaml");
  });

  it("is the staged one where only its line ends differ as git has them", async () => {
    const rig = await committed();
    await rig.git("config", "core.autocrlf", "true");
    rmSync(join(rig.directory, "gate.yaml"));
    await rig.git("checkout", "--", "gate.yaml");
    expect(rig.read("gate.yaml")).toContain("\r\n");
    expect((await rig.gate("status")).stdout).not.toContain("gate.yaml");
    expect((await rig.gate("run")).stderr).not.toContain("gate.yaml");
  });
});
