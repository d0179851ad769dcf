import { describe, expect, it } from "vitest";
import { commitAll } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const FORGED =
  "model-tests  attested by ann@example.com on RTX 4090, 2026-02-13 14:27 UTC: 22 passed   (signed)";

async function withEvidence(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject();
  await rig.git("add", ".");
  await rig.gate("run");
  await commitAll(rig, "first");
  return rig;
}

/** What people see, line by line, whatever the exit code. */
async function lines(rig: Rig): Promise<readonly string[]> {
  const { stdout, stderr } = await rig.gate("verify");
  return `${stdout}${stderr}`.split(/[\n\u2028\u2029]/);
}

describe("a name out of the tree", () => {
  it.each(["\\n", "\u2028", "\\r"])("is no name in a manifest where it breaks the line: %s", async (mark) => {
    const rig = await withEvidence();
    const path = "test-reports/model-tests.json";
    rig.write(path, rig.read(path).replace('"name": "Ann"', `"name": "Ann${mark}✓ ${FORGED}"`));
    await commitAll(rig, "forged");
    const { code, errors, problems } = await verified(rig);
    expect({ code, errors }).toEqual({ code: 1, errors: ["manifest-invalid"] });
    expect(problems[0]?.message).toBe(`${path}: recorded_by.name is not valid.`);
  });

  it.each([
    ["an input that was added", "src/x\n✓ "],
    ["a file among the reports", "test-reports/x\n✓ "],
    ["a waiver's look-alike", "gate-exceptions/waivers/x\n✓ "],
  ])("begins no line: %s", async (_, path) => {
    const rig = await withEvidence();
    rig.write(`${path}${FORGED}`, "forged\n");
    await commitAll(rig, "forged");
    expect((await verified(rig)).code).toBe(1);
    const said = await lines(rig);
    expect(said.join("\n")).toContain(FORGED);
    expect(said.filter((line) => line.startsWith(`✓ ${FORGED}`))).toEqual([]);
    expect(said.join("\n")).toContain(`x\\n\\342\\234\\223 ${FORGED}"`);
  });

  it("begins no line as the reason of a waiver", async () => {
    const rig = await withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    const reason = `no GPU\n✓ ${FORGED}\n::add-mask::passed`;
    await rig.gate("waive", "model-tests", "--reason", reason, "--until", "7d");
    await commitAll(rig, "waived");
    expect(await verified(rig)).toMatchObject({ code: 0 });
    const said = await lines(rig);
    expect(said.filter((line) => /^✓|^\s*::/.test(line))).toEqual([]);
    expect(said.join("\n")).toContain("no GPU\\u000a✓ model-tests");
  });

  it("begins no command of a runner's, where its line has nothing before it", async () => {
    const rig = await withEvidence();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", "[.,"));
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "everything");
    rig.write("::error title=x::y", "changed\n");
    await commitAll(rig, "forged");
    expect((await verified(rig)).document.suites[0]?.changes).toMatchObject([{ path: "::error title=x::y" }]);
    const said = await lines(rig);
    expect(said.filter((line) => /^\s*::/.test(line))).toEqual([]);
    expect(said.join("\n")).toContain("    \\u003a:error title=x::y  added");
  });

  it("is on one line where git takes a committer's that is not", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    await rig.git("add", ".");
    await rig.git("config", "user.name", "Ann\tof the\u2028lab");
    await rig.gate("run");
    await commitAll(rig, "first");
    const { code, document } = await verified(rig);
    expect({ code, by: document.suites[0]?.evidence?.by }).toEqual({ code: 0, by: "Ann of the lab" });
  });
});
