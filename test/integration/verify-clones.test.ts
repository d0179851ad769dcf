import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

async function published(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("README.md", "# Changed\n");
  await rig.git("add", ".");
  await rig.commit("a document");
  return rig;
}

async function cloneOf(rig: Rig, ...options: string[]): Promise<Rig> {
  const directory = join(rig.base, "clone");
  await rig.git("config", "uploadpack.allowFilter", "true");
  await rig.git("clone", "-q", "--no-local", ...options, `file://${rig.directory}`, directory);
  return rig.at(directory);
}

/** From here on nothing can be fetched. */
async function withoutRemote(clone: Rig): Promise<Rig> {
  await clone.git("config", "remote.origin.url", "file:///gone");
  return clone;
}

describe("a clone that has less than everything", () => {
  it.each([
    ["bare", ["--bare"]],
    ["shallow", ["--depth=1"]],
    ["without a working tree", ["--no-checkout"]],
    ["with other line endings", ["-c", "core.autocrlf=true", "-c", "core.eol=crlf"]],
  ])("%s gives the same answer", async (_kind, options) => {
    const clone = await withoutRemote(await cloneOf(await published(), ...options));
    expect(await verified(clone, "--deep")).toMatchObject({ code: 0, errors: [] });
  });

  it("without the blobs of the inputs gives the same answer, its remote gone", async () => {
    const rig = await published();
    const clone = await cloneOf(rig, "--filter=blob:none", "--sparse");
    await clone.git("sparse-checkout", "set", "test-reports");
    await withoutRemote(clone);
    const input = await clone.git("rev-parse", "HEAD:src/router.py");
    expect((await clone.run("git", ["cat-file", "-e", input], { GIT_NO_LAZY_FETCH: "1" })).code).not.toBe(0);
    expect(await verified(clone, "--deep")).toMatchObject({ code: 0, errors: [] });
  });

  it.each([[[]], [["--base", "HEAD~1"]]])(
    "without blobs of anything but HEAD believes evidence that came with it: %j",
    async (base) => {
      const rig = await published();
      rig.write("src/side.py", "side = 1\n");
      await rig.git("add", ".");
      await rig.commit("side");
      const clone = await withoutRemote(await cloneOf(rig, "--filter=blob:none"));
      expect(await verified(clone, ...base)).toMatchObject({ code: 0, errors: [] });
    },
  );

  it("without blobs of anything but HEAD still sees that inputs are gone", async () => {
    const rig = await published();
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side");
    await rig.git("rm", "-q", "src/side.py");
    await rig.commit("gone");
    const clone = await withoutRemote(await cloneOf(rig, "--filter=blob:none"));
    expect((await verified(clone)).errors).toEqual(["inputs-collapsed"]);
  });

  it("without the blobs of the reports is a no, and nothing is fetched", async () => {
    const rig = await published();
    const clone = await cloneOf(rig, "--filter=blob:none", "--bare");
    const { code, errors, problems } = await verified(clone);
    expect({ code, errors }).toEqual({ code: 1, errors: ["objects-missing"] });
    expect(problems[0]?.hint).toContain("git fetch");
    const packs = readdirSync(join(clone.directory, "objects/pack")).filter((name) => name.endsWith(".pack"));
    expect(packs).toHaveLength(1);
  });

  it("without trees is a no", async () => {
    const rig = await published();
    const clone = await withoutRemote(await cloneOf(rig, "--filter=tree:0", "--bare"));
    expect(await verified(clone)).toMatchObject({ code: 1, errors: ["objects-missing"] });
  });

  it("of a stale commit says so, and in a shallow one that the history does not tell what changed", async () => {
    const rig = await published();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "--no-verify", "-m", "stale");
    const clone = await withoutRemote(await cloneOf(rig, "--depth=1"));
    const { code, problems, document } = await verified(clone);
    expect(code).toBe(1);
    expect(problems).toMatchObject([
      { code: "stale-evidence", message: expect.stringContaining("the history here does not say which") },
    ]);
    expect(document.suites[0]?.changes).toEqual([]);
  });

  it("without the history that a revision names says how to get it", async () => {
    const rig = await published();
    await rig.git("commit", "-q", "--allow-empty", "-m", "next");
    const clone = await cloneOf(rig, "--depth=1");
    for (const args of [
      ["--base", "HEAD~1"],
      ["--rev", "main^"],
    ]) {
      const { stderr } = await clone.gate("verify", ...args);
      expect(stderr).toContain(`${args[1]} is further back than the history of this clone.  (objects-missing)
      next: Get the history:  git fetch --unshallow`);
      await expect(verified(rig, ...args)).resolves.toMatchObject({ code: 0 });
    }
    expect((await clone.gate("verify", "--base", "none~1")).stderr).toContain(
      "is not a commit of this clone",
    );
  });

  it("of sha256 objects gives the same answer", async () => {
    const rig = await Rig.create({ objectFormat: "sha256" });
    await rig.withEvidence();
    expect(await verified(rig, "--deep")).toMatchObject({ code: 0, errors: [] });
  });
});

describe("what git could be told", () => {
  it("a replaced tree is not looked at", async () => {
    const rig = await published();
    const good = await rig.git("rev-parse", "HEAD^{tree}");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "--no-verify", "-m", "stale");
    await rig.git("replace", await rig.git("rev-parse", "HEAD^{tree}"), good);
    expect((await verified(rig)).errors).toEqual(["stale-evidence"]);
  });

  it.each([
    ["GIT_LITERAL_PATHSPECS", "1"],
    ["GIT_ICASE_PATHSPECS", "1"],
    ["LC_ALL", "tr_TR.UTF-8"],
    ["GIT_EXTERNAL_DIFF", "false"],
  ])("%s changes nothing", async (name, value) => {
    const rig = await published();
    const { code } = await rig.gateWith({ [name]: value }, "verify");
    expect(code).toBe(0);
  });

  it("nothing of the tree is run, and nothing is written into the tree or its refs", async () => {
    const rig = await published();
    const planted = `printf x >> "${join(rig.base, "planted")}"\n`;
    for (const name of readdirSync(join(rig.directory, ".git/hooks"))) {
      if (name !== "gate") writeFileSync(join(rig.directory, ".git/hooks", name), `#!/bin/sh\n${planted}`);
    }
    rig.write(".gitattributes", "* diff=evil filter=evil\n");
    await rig.git("config", "diff.evil.textconv", "false");
    await rig.git("config", "diff.evil.command", "false");
    const refs = await rig.git("for-each-ref");
    rmSync(join(rig.directory, ".git/index"));
    expect(await verified(rig, "--deep")).toMatchObject({ code: 0, errors: [] });
    expect(await rig.git("for-each-ref")).toBe(refs);
    expect(readdirSync(rig.base)).not.toContain("planted");
    expect(rig.exists(".git/index")).toBe(false);
    expect(readFileSync(join(rig.directory, "README.md"), "utf8")).toBe("# Changed\n");
  });
});
