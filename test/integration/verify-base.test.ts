import { describe, expect, it } from "vitest";
import { person, signAs } from "../rig/people.ts";
import { commitAll } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh } from "../rig/signing.ts";
import { verified } from "../rig/verified.ts";

const ONE = '  model-tests:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n';
const TWO = '  new-tests:\n    run: sh "$RIG_SUITE"\n    inputs: [lib]\n    reports: new-reports\n';

function gateYaml(suites: string, top = ""): string {
  return `version: 1\n${top}suites:\n${suites}`;
}

/** Both suites have sources; which of them gate.yaml has, and which evidence there is, is the test's affair. */
async function project(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.write(".gitignore", ".gate/\n");
  rig.write("src/router.py", "route = 1\n");
  rig.write("src/tier.py", "tier = 1\n");
  rig.write("lib/lists.py", "lists = 1\n");
  rig.write("gate.yaml", gateYaml(ONE));
  return rig;
}

/** Runs what is due, and commits everything. */
async function recorded(rig: Rig, message: string): Promise<void> {
  await rig.git("add", "-A");
  const ran = await rig.gate("run");
  if (ran.code !== 0) throw new Error(ran.stderr);
  await commitAll(rig, message);
}

describe("a suite that the base has and the head knows nothing of", () => {
  /** main has a second suite; the branch left it before that. */
  async function parted(): Promise<Rig> {
    const rig = await project();
    await recorded(rig, "first");
    await rig.git("branch", "change");
    rig.write("gate.yaml", gateYaml(ONE + TWO));
    await recorded(rig, "a second suite");
    await rig.git("switch", "-q", "change");
    return rig;
  }

  it("is due where the change brings other inputs for it", async () => {
    const rig = await parted();
    rig.write("lib/lists.py", "lists = 2\n");
    await commitAll(rig);
    expect(await verified(rig)).toMatchObject({ code: 0, errors: [] });
    const { code, document, errors, problems } = await verified(rig, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence"] });
    expect(document.landing?.due).toEqual([
      { suite: "new-tests", ours: ["lib/lists.py"], theirs: ["gate.yaml"] },
    ]);
    expect(problems[0]?.message).toContain("merged into main, new-tests has no evidence: lib/lists.py");
  });

  it("is covered where the change leaves its inputs alone", async () => {
    const rig = await parted();
    rig.write("README.md", "more\n");
    await commitAll(rig);
    const { code, document } = await verified(rig, "--base", "main");
    expect(code).toBe(0);
    expect(document.landing?.due).toEqual([]);
  });

  it("is not asked about where another one alone is", async () => {
    const rig = await parted();
    rig.write("lib/lists.py", "lists = 2\n");
    await commitAll(rig);
    expect(await verified(rig, "--base", "main", "--suite", "model-tests")).toMatchObject({ code: 0 });
  });
});

describeWithOpenSsh("evidence that the change has for such a suite", () => {
  it("has to be signed in what would land", async () => {
    const rig = await project();
    const ann = person(rig, "ann@example.org");
    await signAs(rig, ann);
    const top = "signing: {allowed-signers: trusted}\n";
    rig.write("trusted", ann.line());
    rig.write("gate.yaml", gateYaml(ONE + TWO, top));
    await recorded(rig, "both suites");
    rig.write("gate.yaml", gateYaml(ONE, top));
    await commitAll(rig, "one of them");
    await rig.git("branch", "change");
    rig.write("gate.yaml", gateYaml(ONE + TWO, top));
    await commitAll(rig, "both again");
    await rig.git("switch", "-q", "change");
    await rig.git("commit", "-q", "--allow-empty", "-m", "nothing");
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 0, errors: [] });
    rig.remove("new-reports/new-tests.json.sig");
    await commitAll(rig, "the signature is gone");
    expect(await verified(rig)).toMatchObject({ errors: ["untrusted-signer"] });
    const { code, errors, problems } = await verified(rig, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["unsigned"] });
    expect(problems[0]?.message).toBe(
      "merged into main, the evidence of new-tests has to be signed, and is not.",
    );
  });
});

describe("a suite that the head is waived for", () => {
  const waive = (rig: Rig) => rig.gate("waive", "model-tests", "--reason", "no GPU", "--until", "7d");

  async function changeAndWaive(rig: Rig, path: string, text: string): Promise<void> {
    rig.write(path, text);
    await rig.git("add", "-A");
    expect(await waive(rig)).toMatchObject({ code: 0 });
    await commitAll(rig, `change ${path}`);
  }

  async function waivedBranch(): Promise<Rig> {
    const rig = await project();
    await recorded(rig, "first");
    await rig.git("switch", "-q", "-c", "change");
    await changeAndWaive(rig, "src/router.py", "route = 2\n");
    await rig.git("switch", "-q", "main");
    return rig;
  }

  it("is due where its inputs meet others, waived as these may be", async () => {
    const rig = await waivedBranch();
    await changeAndWaive(rig, "src/tier.py", "tier = 2\n");
    await rig.git("switch", "-q", "change");
    const { code, document, errors } = await verified(rig, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence"] });
    expect(document.suites[0]?.waiver).not.toBeNull();
    expect(document.landing?.due).toEqual([
      { suite: "model-tests", ours: ["src/router.py"], theirs: ["src/tier.py"] },
    ]);
  });

  it("stays waived where the merge leaves its inputs as they are", async () => {
    const rig = await waivedBranch();
    rig.write("README.md", "more\n");
    await commitAll(rig);
    await rig.git("switch", "-q", "change");
    const { code, document } = await verified(rig, "--base", "main");
    expect(code).toBe(0);
    expect(document.landing?.due).toEqual([]);
  });

  it("stays waived where a waiver holds for just what would land", async () => {
    const rig = await waivedBranch();
    await changeAndWaive(rig, "src/tier.py", "tier = 2\n");
    await rig.git("merge", "-q", "change", "-m", "tried");
    await waive(rig);
    const [waiver = ""] = (await rig.git("diff", "--cached", "--name-only")).split("\n");
    const text = rig.read(waiver);
    await rig.git("reset", "-q", "--hard", "ORIG_HEAD");
    await rig.git("switch", "-q", "change");
    rig.write(waiver, text);
    await commitAll(rig, "waived as it will land");
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 0, errors: [] });
  });
});
