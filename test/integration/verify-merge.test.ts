import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { VerifyDocument } from "../../src/commands/verify-document.ts";
import { commitAll } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

/** On both sides another input was changed, each with its evidence. */
async function meeting(): Promise<Rig> {
  const rig = await Rig.create();
  rig.write("src/tier.py", "tier = 1\n");
  await rig.withEvidence();
  await rig.git("checkout", "-q", "-b", "change");
  await changed(rig, "src/router.py", "route = 2\n");
  await rig.git("checkout", "-q", "main");
  await changed(rig, "src/tier.py", "tier = 2\n");
  await rig.git("checkout", "-q", "change");
  return rig;
}

async function changed(rig: Rig, path: string, text: string): Promise<void> {
  rig.write(path, text);
  await rig.git("add", ".");
  await rig.commit(`change ${path}`);
}

const DUE = { code: 1, errors: ["stale-evidence"] };

describe("attributes", () => {
  /** On both sides the same document was changed, in lines far apart. */
  async function withDocument(): Promise<Rig> {
    const rig = await meeting();
    const lines = (first: string, last: string) => `${first}\n${"line\n".repeat(20)}${last}\n`;
    await rig.git("checkout", "-q", "change~1");
    rig.write("guide.md", lines("a", "z"));
    await commitAll(rig, "a document");
    const common = await rig.git("rev-parse", "HEAD");
    for (const [branch, text] of [
      ["change", lines("b", "z")],
      ["main", lines("a", "y")],
    ] as const) {
      await rig.git("checkout", "-q", branch);
      await rig.git("merge", "-q", common, "-m", "with the document");
      rig.write("guide.md", text);
      await commitAll(rig, `the document of ${branch}`);
    }
    await rig.git("checkout", "-q", "change");
    return rig;
  }

  it.each(["guide.md -merge", "* merge=binary", "guide.md merge=union"])(
    "that the change commits do not say what conflicts: %s",
    async (line) => {
      const rig = await withDocument();
      expect(await verified(rig, "--base", "main")).toMatchObject(DUE);
      rig.write(".gitattributes", `${line}\n`);
      await commitAll(rig, "attributes");
      const { warnings, ...answer } = await verified(rig, "--base", "main");
      expect(answer).toMatchObject(DUE);
      expect(warnings).not.toContain("unmerged-inputs");
      const bare = rig.at(join(rig.base, "bare.git"));
      await rig.git("clone", "-q", "--bare", rig.directory, bare.directory);
      expect(await verified(bare, "--rev", "change", "--base", "main")).toMatchObject(DUE);
    },
  );

  it("do so in a linked worktree no more than elsewhere", async () => {
    const rig = await withDocument();
    rig.write(".gitattributes", "guide.md -merge\n");
    await commitAll(rig, "attributes");
    await rig.git("checkout", "-q", "main");
    const linked = rig.at(join(rig.base, "linked"));
    await rig.git("worktree", "add", "-q", linked.directory, "change");
    expect(await verified(linked, "--base", "main")).toMatchObject(DUE);
  });
});

describe("a merge that cannot be made", () => {
  it("is a no where git lacks an object for it", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const blob = await rig.git("rev-parse", "HEAD:README.md");
    await rig.git("checkout", "-q", "-b", "change");
    rig.write("README.md", "# Change\n");
    await commitAll(rig);
    await rig.git("checkout", "-q", "main");
    rig.write("README.md", "# Main\n");
    await commitAll(rig);
    await rig.git("checkout", "-q", "change");
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 0, warnings: ["unmerged-inputs"] });
    rmSync(join(rig.directory, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 1, errors: ["objects-missing"] });
  });

  it("is a no where the two have no history in common", async () => {
    const rig = await meeting();
    const orphan = await rig.git("commit-tree", "-m", "of its own", "HEAD^{tree}");
    const { code, errors, problems } = await verified(rig, "--rev", orphan, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["unmerged-inputs"] });
    expect(problems[0]?.message).toContain("no history in common");
  });

  it("is a warning in a shallow clone, which does not know what they have in common", async () => {
    const rig = await meeting();
    const clone = rig.at(join(rig.base, "clone"));
    const from = `file://${rig.directory}`;
    await rig.git("clone", "-q", "--depth=1", "--no-single-branch", from, clone.directory);
    const { code, warnings, problems } = await verified(clone, "--base", "origin/main");
    expect({ code, warnings }).toEqual({ code: 0, warnings: ["objects-missing"] });
    expect(problems[0]?.hint).toContain("git fetch --unshallow");
  });
});

describe("a git that cannot merge without a working tree", () => {
  /** The real git, but for what it answers to merge-tree and calls itself. */
  async function verifiedWith(rig: Rig, version: string, code: number): Promise<VerifyDocument> {
    const bin = join(rig.base, "bin");
    mkdirSync(bin);
    const { stdout: real } = await rig.run("sh", ["-c", "command -v git"]);
    const merges = `*" merge-tree "*) echo "usage: git merge-tree" >&2; exit ${code};;`;
    const says = `*" version "*) echo "git version ${version}"; exit;;`;
    const script = `#!/bin/sh\ncase " $* " in ${merges} ${says} esac\nexec ${real.trim()} "$@"\n`;
    writeFileSync(join(bin, "git"), script, { mode: 0o755 });
    const env = { PATH: `${bin}:${rig.env.PATH}` };
    return JSON.parse((await rig.gateWith(env, "verify", "--base", "main", "--json")).stdout);
  }

  const found = ({ problems }: VerifyDocument) =>
    problems.filter(({ code }) => code !== "not-wired").map(({ code, severity }) => `${severity} ${code}`);

  it.each(["2.34.1", "2.37.7"])("is told where it is older than that: %s", async (version) => {
    expect(found(await verifiedWith(await meeting(), version, 129))).toEqual(["warning objects-missing"]);
  });

  it.each([
    ["2.38.0", 129],
    ["2.34.1", 128],
    ["3.0.0", 129],
  ])("is a no where that is not why: %s exits with %i", async (version, code) => {
    expect(found(await verifiedWith(await meeting(), version, code))).toEqual(["error git-failed"]);
  });
});

describe("gate.yaml in what would land", () => {
  it("is a no where two good ones make a bad one", async () => {
    const rig = await Rig.create({ hooks: false });
    const suite = (name: string) =>
      `  ${name}:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: here\n`;
    rig.writeProject();
    const own = rig.read("gate.yaml");
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "first");
    await rig.git("branch", "change");
    rig.write("gate.yaml", `${own}${suite("below")}`);
    await commitAll(rig, "a suite below");
    await rig.git("checkout", "-q", "change");
    rig.write("gate.yaml", own.replace("suites:\n", `suites:\n${suite("above")}`));
    await rig.git("add", ".");
    await rig.gate("run");
    await commitAll(rig, "a suite above");
    const { code, errors, problems } = await verified(rig, "--base", "main");
    expect({ code, errors }).toEqual({ code: 1, errors: ["config-invalid"] });
    expect(problems[0]?.message).toMatch(/^merged into main, gate\.yaml cannot be read: /);
  });

  it("is a no where the base has taken it away", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "change");
    await changed(rig, "README.md", "more\n");
    await rig.git("checkout", "-q", "main");
    await rig.git("rm", "-q", "gate.yaml");
    await commitAll(rig, "no gate");
    await rig.git("checkout", "-q", "change");
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 1, errors: ["config-missing"] });
  });
});

describe("a policy that has weakened", () => {
  it("is not what the base has tightened, where a merge conflicts in something else", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "change");
    rig.write("README.md", "# Mine\n");
    await commitAll(rig, "mine");
    await rig.git("checkout", "-q", "main");
    rig.write("README.md", "# Theirs\n");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    leaks: error\n`);
    await commitAll(rig, "stricter");
    await rig.git("checkout", "-q", "change");
    const { warnings } = await verified(rig, "--base", "main");
    expect(warnings).toContain("unmerged-inputs");
    expect(warnings).not.toContain("policy-weakened");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    flaky: accept\n`);
    await commitAll(rig, "laxer");
    expect((await verified(rig, "--base", "main")).warnings).toContain("policy-weakened");
  });
});
