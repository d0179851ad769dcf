import { describe, expect, it } from "vitest";
import { commitAll } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const MIB = 1 << 20;

async function withEvidence(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject();
  await rig.git("add", ".");
  await rig.gate("run");
  await commitAll(rig, "first");
  return rig;
}

describe("a file that is next to nothing in git, and enormous outside", () => {
  const zeros = Buffer.alloc(65 * MIB);

  it.each([
    ["test-reports/model-tests.json", "manifest-invalid", "larger than 64 MiB"],
    ["test-reports/model-tests.hash", "tampered-report", "is not"],
    ["gate.yaml", "config-invalid", "larger than 64 MiB"],
  ])("is not what it should be, and nobody reads it: %s", async (path, problem, sentence) => {
    const rig = await withEvidence();
    rig.write(path, zeros);
    await commitAll(rig, "enormous");
    const { stdout } = await rig.gate("verify", "--json");
    expect(stdout).toContain(`"code":"${problem}"`);
    expect(stdout).toContain(sentence);
  });

  it("is what the manifest was in the base, and then nothing is compared with it", async () => {
    const rig = await withEvidence();
    const manifest = rig.read("test-reports/model-tests.json");
    rig.write("test-reports/model-tests.json", zeros);
    await commitAll(rig, "enormous");
    rig.write("test-reports/model-tests.json", manifest);
    await commitAll(rig, "mended");
    expect(await verified(rig, "--base", "HEAD~")).toMatchObject({ code: 0, errors: [] });
  });

  it("is where a link leads to, and then it leads out of the inputs", async () => {
    const rig = await withEvidence();
    rig.write("target", zeros);
    const blob = await rig.git("hash-object", "-w", "target");
    rig.remove("target");
    await rig.git("update-index", "--add", "--cacheinfo", `120000,${blob},src/link`);
    await rig.git("commit", "-q", "-m", "a link");
    const { errors, warnings } = await verified(rig);
    expect({ errors, warnings }).toEqual({ errors: ["stale-evidence"], warnings: ["undeclared-input"] });
  });
});
