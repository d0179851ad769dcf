import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

async function withFiles(count: number): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject();
  rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", "[src, prompts,"));
  rig.write("prompts/system.txt", "be kind\n");
  for (let file = 0; file < count; file += 1) rig.write(`src/part_${file}.py`, "x = 1\n");
  await rig.git("add", ".");
  await rig.commit("first");
  return rig;
}

describe("a run whose inputs shrank", () => {
  it("says at the commit which pattern matches nothing any more", async () => {
    const rig = await withFiles(0);
    await rig.git("mv", "prompts", "texts");
    const { stderr } = await rig.commit("the prompts have another place");
    expect(stderr).toContain("the pattern prompts of model-tests matches no tracked file.");
    expect(rig.suite.runs).toBe(2);
    expect((await rig.gate("verify")).stderr).toContain("(inputs-collapsed)");
  });

  it("says that gate verify will refuse half of the files", async () => {
    const rig = await withFiles(4);
    await rig.git("mv", "src/part_0.py", "src/part_1.py", "src/part_2.py", "src/part_3.py", ".");
    const { stderr } = await rig.commit("the parts have another place");
    expect(stderr).toContain(
      "the inputs of model-tests fell from 6 files in the last record to 2: gate verify refuses that.",
    );
    expect((await rig.gate("verify")).stderr).toContain("(inputs-collapsed)");
  });

  it("is silent where a few are gone, or an exclude has nothing to do", async () => {
    const rig = await withFiles(4);
    await rig.git("rm", "-q", "src/part_0.py");
    const { stderr } = await rig.commit("one part less");
    expect(stderr).not.toMatch(/matches no tracked file|fell from/);
    expect((await rig.gate("verify")).code).toBe(0);
  });
});
