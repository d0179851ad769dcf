import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

describe("the first reports in a directory that holds something else", () => {
  it.each([
    [["guide.md"], "docs/guide.md is no report"],
    [["diagram.puml", "logs/of-the-server.log", "notes.txt"], "docs/diagram.puml and 2 more are no reports"],
  ])("take nobody's tracked files away: %j", async (names, said) => {
    const rig = await Rig.create();
    rig.writeProject("    reports: docs\n");
    for (const name of names) rig.write(`docs/${name}`, "precious\n");
    await rig.git("add", ".");
    const { code, stderr } = await rig.gate("run");
    expect({ code, runs: rig.suite.runs }).toEqual({ code: 1, runs: 0 });
    expect(stderr).toContain(`${said}, and docs is for reports alone.`);
    for (const name of names) expect(rig.read(`docs/${name}`)).toBe("precious\n");
    expect((await rig.git("ls-files", "docs")).split("\n")).toEqual(names.map((name) => `docs/${name}`));
  });

  it("take away a tracked file whose name is no text, but for edits that nobody has staged", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const odd = "\"$(printf 'test-reports/caf\\351.txt')\"";
    const shell = (command: string) => rig.run("sh", ["-ec", command]);
    expect(
      (await shell(`echo mine >${odd}; git add test-reports; git commit -q --no-verify -m note`)).code,
    ).toBe(0);
    expect((await shell(`echo edited >${odd}`)).code).toBe(0);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const refused = await rig.tryCommit("due");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("caf\\351.txt");
    await shell(`echo mine >${odd}`);
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect((await shell(`test ! -e ${odd}`)).code).toBe(0);
    expect(await rig.changes()).toEqual([]);
  });

  it("replace those of a record that somebody has taken out", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("rm", "-q", "test-reports/model-tests.hash", "test-reports/model-tests.json");
    await rig.commit("without its record", "--no-verify");
    const clone = rig.at(join(rig.base, "clone"));
    await rig.git("clone", "-q", rig.directory, clone.directory);
    expect((await clone.gate("run")).code).toBe(0);
    expect(await clone.git("ls-files", "test-reports")).toContain("test-reports/model-tests.hash");
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
