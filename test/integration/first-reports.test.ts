import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

describe("the first reports in a directory that holds something else", () => {
  it("take nobody's tracked files away", async () => {
    const rig = await Rig.create();
    rig.writeProject("    reports: docs\n");
    rig.write("docs/guide.md", "precious\n");
    await rig.git("add", ".");
    const { code, stderr } = await rig.gate("run");
    expect(code).toBe(1);
    expect(stderr).toContain("docs/guide.md is no report, and docs is for reports alone.");
    expect(rig.read("docs/guide.md")).toBe("precious\n");
    expect(await rig.git("ls-files", "docs")).toBe("docs/guide.md");
  });

  it("take away what only kept the directory, and the record of a suite that was renamed", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("test-reports/.gitkeep", "");
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("first");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("model-tests:", "router-tests:"));
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
    const reports = await rig.git("ls-files", "test-reports");
    expect(reports).toContain("test-reports/router-tests.hash");
    expect(reports).not.toMatch(/model-tests|gitkeep/);
  });
});
