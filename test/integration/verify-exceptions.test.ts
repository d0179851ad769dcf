import { describe, expect, it } from "vitest";
import { person, signAs } from "../rig/people.ts";
import { commitAll } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const DAY = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();

/** HEAD has its evidence; the next commit changes a source and has none. */
async function staleRig(top = ""): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject(top);
  await rig.git("add", ".");
  await rig.gate("run");
  await commitAll(rig, "first");
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", ".");
  return rig;
}

const waive = (rig: Rig, until = "7d") =>
  rig.gate("waive", "model-tests", "--reason", "the GPU is at the workshop", "--until", until);

describe("gate verify and what lies beside the waivers", () => {
  it("refuses it by name: it is no input, so nothing else would judge it", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject("");
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "first");
    rig.write("gate-exceptions/conftest.py", "import os; os._exit(0)\n");
    rig.write("gate-exceptions/more/evil.py", "evil = 1\n");
    await rig.run("ln", ["-s", "../src", "gate-exceptions/lib"]);
    await commitAll(rig, "beside");
    const { code, problems } = await verified(rig);
    expect(code).toBe(1);
    const found = problems.filter((one) => one.code === "waiver-invalid");
    expect(found.map(({ path }) => path)).toEqual([
      "gate-exceptions/conftest.py",
      "gate-exceptions/lib",
      "gate-exceptions/more/evil.py",
    ]);
    expect(found[0]?.message).toContain("is no waiver and no approval");
  });

  it("takes the lists of keys that gate.yaml names", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject("");
    const keys = "allowed-signers: gate-exceptions/signers, revoked-keys: gate-exceptions/revoked";
    rig.write("gate.yaml", `signing: { ${keys}, required: false }\n${rig.read("gate.yaml")}`);
    for (const name of ["signers", "revoked"]) rig.write(`gate-exceptions/${name}`, "");
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "first");
    expect((await verified(rig)).errors).toEqual([]);
  });
});

describe("gate verify with a waiver", () => {
  it("lets stale evidence pass, and says so, until when and why", async () => {
    const rig = await staleRig();
    await waive(rig);
    await rig.git("commit", "-q", "-m", "waived");
    const { code, document, errors, warnings } = await verified(rig);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(warnings).toContain("stale-evidence");
    expect(document).toMatchObject({
      ok: true,
      suites: [{ waiver: { reason: "the GPU is at the workshop", by: "Ann", signed: false } }],
    });
    const text = (await rig.gate("verify")).stdout;
    expect(text).toContain("WAIVED");
    expect(text).toContain("the GPU is at the workshop");
    expect(text).toMatch(/until \d{4}-\d\d-\d\dT/);
  });

  it("refuses it when the waiver has ended", async () => {
    const rig = await staleRig();
    await waive(rig);
    await rig.git("commit", "-q", "-m", "waived");
    const { code, errors } = await verified(rig, "--at", inDays(8));
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence", "waiver-invalid"] });
  });

  it("says nothing of one that nobody needs any more", async () => {
    const rig = await staleRig();
    await waive(rig);
    await rig.gate("run");
    await rig.git("commit", "-q", "-m", "evidence after all");
    const { code, document } = await verified(rig);
    expect(code).toBe(0);
    expect(document.suites[0]?.waiver).toBeNull();
  });

  it("lets nothing pass that was done to the evidence", async () => {
    const rig = await staleRig();
    await waive(rig);
    rig.write("test-reports/model-tests.json", "{}\n");
    rig.write("test-reports/extra.txt", "more\n");
    await commitAll(rig);
    const { code, errors, warnings } = await verified(rig);
    expect(code).toBe(1);
    expect(errors).toContain("manifest-invalid");
    expect(warnings).toContain("stale-evidence");
  });

  it("goes by the base's policy: a change gives itself no leave", async () => {
    const rig = await staleRig("waivers: {longest: 1d}\n");
    await rig.git("commit", "-q", "-m", "stale");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("longest: 1d", "longest: 30d"));
    await rig.git("add", ".");
    expect(await waive(rig, "20d")).toMatchObject({ code: 0 });
    await rig.git("commit", "-q", "-m", "waived by myself");
    expect(await verified(rig)).toMatchObject({ code: 0 });
    const { code, errors, warnings } = await verified(rig, "--base", "HEAD~2");
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence", "waiver-invalid"] });
    expect(warnings).toContain("policy-weakened");
  });
});

describe("gate waive in a merge that nobody can run", () => {
  it("names the command that leaves the reports of one side, whole, for which the waiver stands", async () => {
    const rig = await Rig.create({ hooks: false });
    await rig.withEvidence();
    await rig.git("branch", "side");
    for (const [branch, file] of [
      ["main", "src/router.py"],
      ["side", "src/other.py"],
    ] as const) {
      await rig.git("switch", "-q", branch);
      rig.write(file, `changed = "${branch}"\n`);
      await rig.git("add", ".");
      await rig.gate("run");
      await rig.git("commit", "-q", "-m", branch);
    }
    await rig.tryGit("merge", "--no-commit", "main");
    const { stdout, stderr } = await rig.gate("waive", "model-tests", "--reason", "no GPU", "--until", "7d");
    const command = /Take those of one side: {2}(.+?), {2}then/.exec(stdout + stderr)?.[1] ?? "";
    await rig.run("sh", ["-c", command]);
    await rig.git("commit", "-q", "-m", "merged");
    expect(await verified(rig)).toMatchObject({ code: 0, errors: [] });
  });
});

describe("gate verify with a protected policy", () => {
  async function protectedRig(): Promise<Rig> {
    const rig = await Rig.create({ hooks: false });
    const ann = person(rig, "ann@example.org");
    await signAs(rig, ann);
    rig.writeProject("policy: protected\nsigning: {allowed-signers: trusted}\n");
    rig.write("trusted", ann.line());
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "first");
    await rig.git("branch", "base");
    const suite = rig.read("gate.yaml").replace('"!**/*.md"', '"!**/*.md", "!src/*.txt"');
    rig.write("gate.yaml", suite);
    await rig.git("add", ".");
    return rig;
  }

  it("refuses a weakening until somebody whom the base trusts has approved it", async () => {
    const rig = await protectedRig();
    await rig.git("commit", "-q", "-m", "narrowed");
    expect(await verified(rig, "--base", "base")).toMatchObject({ code: 1, errors: ["policy-weakened"] });
    expect(await rig.gate("approve", "--base", "base", "--reason", "notes")).toMatchObject({ code: 0 });
    await rig.git("commit", "-q", "-m", "approved");
    const approved = await verified(rig, "--base", "base");
    expect(approved).toMatchObject({ code: 0, errors: [] });
    expect(approved.warnings).toContain("policy-weakened");
  });

  it("is not approved across what the base has used since: that is merged first", async () => {
    const rig = await protectedRig();
    await rig.git("commit", "-q", "-m", "narrowed");
    await rig.git("switch", "-q", "-c", "other", "base");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("policy: protected", "policy: open"));
    await rig.git("add", ".");
    expect((await rig.gate("approve", "--base", "base", "--reason", "open")).code).toBe(0);
    await commitAll(rig, "open");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("policy: open", "policy: protected"));
    await commitAll(rig, "protected again");
    await rig.git("branch", "-f", "base", "other");
    await rig.git("switch", "-q", "main");
    const asked = await rig.gate("approve", "--base", "base", "--reason", "notes");
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("git merge base,  then approve"),
    });
    await rig.git("merge", "-q", "--no-edit", "base");
    expect((await rig.gate("approve", "--base", "base", "--reason", "notes")).code).toBe(0);
    await rig.git("commit", "-q", "-m", "approved");
    expect(await verified(rig, "--base", "base")).toMatchObject({ code: 0, errors: [] });
  });

  it("still has the approval where the base has moved on in other things, and judges what would land", async () => {
    const rig = await protectedRig();
    await rig.gate("approve", "--base", "base", "--reason", "notes");
    await rig.git("commit", "-q", "-m", "narrowed");
    await rig.git("switch", "-q", "base");
    rig.write("README.md", "more\n");
    await commitAll(rig, "moved on");
    await rig.git("switch", "-q", "main");
    expect(await verified(rig, "--base", "base")).toMatchObject({ code: 0, errors: [] });
  });
});
