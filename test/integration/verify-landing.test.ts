import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { followed } from "../rig/printed-commands.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

/** Two inputs, and a branch that parted from main when both had their evidence. */
async function parted(): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject();
  rig.write("src/tier.py", "tier = 1\n");
  await rig.git("add", ".");
  await rig.commit("first");
  await rig.git("checkout", "-q", "-b", "feature");
  return rig;
}

async function change(rig: Rig, path: string, text: string, ...options: string[]): Promise<Ended> {
  rig.write(path, text);
  await rig.git("add", ".");
  return rig.commit(`change ${path}`, ...options);
}

describe("the merge that would land", () => {
  it("is nothing where the base is behind", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    const { code, document } = await verified(rig, "--base", "main");
    expect(code).toBe(0);
    expect(document.landing).toBeNull();
  });

  it("is covered where only documents meet", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "docs.md", "# Docs\n");
    await rig.git("checkout", "-q", "feature");
    const { code, document } = await verified(rig, "--base", "main");
    expect(code).toBe(0);
    expect(document.landing).toEqual({ base: "main", conflicts: [], due: [] });
  });

  it("is covered once somebody has done what is said, also where the reports conflict", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/tier.py", "tier = 2\n");
    await rig.git("checkout", "-q", "feature");
    const { problems } = await verified(rig, "--base", "main");
    const [merge, run] = problems[0]?.hint?.split(", and on a machine that can run it:  ") ?? [];
    await followed(rig, merge ?? "");
    const ended = await followed(rig, run ?? "");
    expect(ended.code, ended.stderr).toBe(0);
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 0, errors: [] });
  });

  it("is due where inputs of both sides meet that nobody ran together", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/tier.py", "tier = 2\n");
    await rig.git("checkout", "-q", "feature");
    expect(await verified(rig)).toMatchObject({ code: 0 });
    const { code, document, errors, problems } = await verified(rig, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence"] });
    expect(document.landing).toEqual({
      base: "main",
      conflicts: [],
      due: [{ suite: "model-tests", ours: ["src/router.py"], theirs: ["src/tier.py"] }],
    });
    expect(problems[0]?.message).toBe(
      "merged into main, model-tests has no evidence: src/router.py of this change meets src/tier.py of main.",
    );
  });

  it("is due where an input meets another definition, which no exclude hides", async () => {
    const rig = await parted();
    await rig.git("checkout", "-q", "main");
    await change(rig, "gate.yaml", rig.read("gate.yaml").replace("!**/*.md", "!*.yaml"));
    await rig.git("checkout", "-q", "-B", "feature");
    await change(rig, "gate.yaml", rig.read("gate.yaml").replace("run: sh", "run: exec sh"));
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/tier.py", "tier = 2\n");
    await rig.git("checkout", "-q", "feature");
    const { document } = await verified(rig, "--base", "main");
    expect(document.landing?.due).toEqual([
      { suite: "model-tests", ours: ["gate.yaml"], theirs: ["src/tier.py"] },
    ]);
  });

  it("is due where the base changed inputs without evidence, and no file conflicts", async () => {
    const rig = await parted();
    await change(rig, "docs.md", "# Docs\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/tier.py", "tier = 2\n", "--no-verify");
    await rig.git("checkout", "-q", "feature");
    const { document } = await verified(rig, "--base", "main");
    expect(document.landing?.due).toEqual([{ suite: "model-tests", ours: [], theirs: ["src/tier.py"] }]);
  });

  it("waits for a person where sources conflict", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/router.py", "route = 3\n");
    await rig.git("checkout", "-q", "feature");
    const { code, document, warnings } = await verified(rig, "--base", "main");
    expect(code).toBe(0);
    expect(warnings).toEqual(["unmerged-inputs"]);
    expect(document.landing?.conflicts).toEqual(["src/router.py"]);
  });

  it.each(["with:colon", "with\nline", 'with"quote:and\\backslash'])(
    "is judged in a directory called %j",
    async (name) => {
      const rig = await parted();
      await change(rig, "src/router.py", "route = 2\n");
      await rig.git("checkout", "-q", "main");
      await change(rig, "docs.md", "# Docs\n");
      await rig.git("checkout", "-q", "feature");
      const moved = rig.at(join(rig.base, name));
      renameSync(rig.directory, moved.directory);
      const { code, document } = await verified(moved, "--base", "main");
      expect({ code, landing: document.landing }).toEqual({
        code: 0,
        landing: { base: "main", conflicts: [], due: [] },
      });
    },
  );

  it("writes nothing into the repository", async () => {
    const rig = await parted();
    await change(rig, "src/router.py", "route = 2\n");
    await rig.git("checkout", "-q", "main");
    await change(rig, "src/tier.py", "tier = 2\n");
    await rig.git("checkout", "-q", "feature");
    const objects = () => rig.git("count-objects", "-v");
    const before = await objects();
    await verified(rig, "--base", "main");
    expect(await objects()).toBe(before);
  });
});
