import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

/** What people have not committed yet, of every kind, beside an input that makes a run due. */
async function withWork(): Promise<Rig> {
  const rig = await Rig.create();
  rig.write("docs/tracked.md", "as committed\n");
  await rig.withEvidence();
  rig.write("docs/later.md", "only meant to be added\n");
  await rig.git("add", "--intent-to-add", "docs/later.md");
  rig.write("docs/tracked.md", "staged\n");
  await rig.git("add", "docs/tracked.md");
  rig.write("docs/tracked.md", "staged, and edited since\n");
  rig.write("docs/loose.md", "untracked\n");
  rig.write("src/router.py", "route = 2\n");
  return rig;
}

/** Where index and worktree stand to HEAD. */
async function standing(rig: Rig): Promise<readonly string[]> {
  const loose = await rig.git("ls-files", "--others", "--exclude-standard");
  return [...(await rig.changes()).filter((line) => !line.startsWith("??")), ...loose.split("\n")];
}

describe("work that is not in the commit stays as it was, an entry that is only meant to be added too", () => {
  it.each([
    ["a plain commit", [], [" A docs/later.md", " M docs/tracked.md"]],
    ["commit -- path", ["--", "src/router.py"], [" A docs/later.md", "MM docs/tracked.md"]],
  ])("in %s that runs the suite", async (_what, args, left) => {
    const rig = await withWork();
    if (args.length === 0) await rig.git("add", "src/router.py");
    await rig.commit("route", ...args);
    expect(rig.suite.runs).toBe(2);
    expect(await standing(rig)).toEqual([...left, "docs/loose.md"]);
    expect(rig.read("docs/later.md")).toBe("only meant to be added\n");
    expect(rig.read("docs/tracked.md")).toBe("staged, and edited since\n");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("in a run ahead of the commit", async () => {
    const rig = await withWork();
    await rig.git("add", "src/router.py");
    expect((await rig.gate("run")).code).toBe(0);
    const own = (await standing(rig)).filter((line) => !/ test-reports\//.test(line));
    expect(own).toEqual([" A docs/later.md", "MM docs/tracked.md", "M  src/router.py", "docs/loose.md"]);
  });
});
