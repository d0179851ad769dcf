import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

async function leakyRig(after: string, suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(suiteLines);
  await rig.git("add", ".");
  rig.suite.answers([{ id: "a::b" }], { after });
  return rig;
}

describe("files that the suite leaves in the repository", () => {
  it("are named with leaks: warn, and the commit goes through", async () => {
    const rig = await leakyRig("echo x > left.txt; echo y >> README.md; rm .gitignore");
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("the run left left.txt");
    expect(ended.stderr).toContain("README.md was changed while the suite ran.");
    expect(ended.stderr).toContain(".gitignore was deleted while the suite ran.");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("are named among the reports, too", async () => {
    const rig = await leakyRig("mkdir -p test-reports; echo x > test-reports/stray.txt");
    expect((await rig.commit("due")).stderr).toContain("the run left test-reports/stray.txt");
    const strict = await leakyRig(
      "mkdir -p test-reports; echo x > test-reports/stray.txt",
      "    leaks: error\n",
    );
    expect((await strict.tryCommit("due")).code).toBe(1);
  });

  it("refuse the run with leaks: error", async () => {
    const rig = await leakyRig("echo x > left.txt", "    leaks: error\n");
    const before = await snapshot(rig);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the run left left.txt");
    const after = await snapshot(rig);
    expect(after.index).toBe(before.index);
    expect(after.references).toBe("");
  });

  it("still refuse it when the session is finished by --from, until leaks: is changed", async () => {
    const rig = await leakyRig("echo x > left.txt", "    leaks: error\n");
    const ended = await rig.tryCommit("due");
    const session = /RUN_\w+/.exec(ended.stderr)?.[0] ?? "";
    const again = await rig.gate("run", "--from", session);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("the run left left.txt");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("leaks: error", "leaks: warn"));
    await rig.git("add", "gate.yaml");
    expect((await rig.gate("run", "--from", session)).code).toBe(0);
    expect(rig.suite.runs).toBe(1);
  });

  it("are those of this run: what lay there before is not said again", async () => {
    const rig = await leakyRig("echo x > new.txt", "    leaks: error\n");
    rig.write("old.txt", "mine\n");
    const ended = await rig.tryCommit("due");
    expect(ended.stderr).toContain("the run left new.txt");
    expect(ended.stderr).not.toContain("old.txt");
  });

  it("are none where they are ignored", async () => {
    const rig = await leakyRig("echo x > left.cache", "    leaks: error\n");
    rig.write(".gitignore", ".gate/\n*.cache\n");
    await rig.git("add", ".gitignore");
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("do not count gate's own sessions, also where no rule ignores them", async () => {
    const rig = await leakyRig(":", "    leaks: error\n");
    rig.write(".gitignore", "\n");
    await rig.git("add", ".gitignore");
    const ended = await rig.commit("due");
    expect(ended.stderr).not.toContain(".gate");
    expect(await rig.changes()).toEqual([]);
    await rig.git("add", ".");
    expect(await rig.git("ls-files", ".gate")).toBe("");
  });
});
