import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

/** A clone of a repository with evidence, and in it a commit that somebody else has made. */
async function cloned(): Promise<{ readonly clone: Rig; readonly other: string }> {
  const rig = await Rig.create();
  await rig.withEvidence();
  const clone = rig.at(join(rig.base, "clone"));
  await rig.git("clone", "-q", rig.directory, clone.directory);
  const other = await clone.git("commit-tree", "-p", "HEAD", "-m", "eve's", "HEAD^{tree}");
  return { clone, other };
}

describe("a name that means several things", () => {
  let clone: Rig;
  let other: string;
  beforeEach(async () => {
    ({ clone, other } = await cloned());
  });

  it("is no base: a tag does not stand in for what was fetched", async () => {
    await clone.git("tag", "origin/main", other);
    const { code, errors, problems } = await verified(clone, "--base", "origin/main");
    expect({ code, errors }).toEqual({ code: 2, errors: ["usage"] });
    expect(problems[0]?.message).toBe(
      "origin/main has more than one meaning here: refs/remotes/origin/main, refs/tags/origin/main.",
    );
    expect(problems[0]?.hint).toContain("refs/remotes/origin/main");
    expect(await verified(clone, "--base", "refs/remotes/origin/main")).toMatchObject({ code: 0 });
  });

  it("is no base for an approval either", async () => {
    await clone.git("tag", "origin/main", other);
    const refused = await clone.gate("approve", "--base", "origin/main", "--reason", "why not");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("more than one meaning");
  });

  it.each(["main", "main~0", "main^{commit}", "heads/main"])("is none to judge: %s", async (name) => {
    await clone.git("update-ref", `refs/tags/${name.replace(/[~^].*/, "")}`, other);
    expect(await verified(clone, "--rev", name)).toMatchObject({ code: 2, errors: ["usage"] });
    expect(await verified(clone, "--rev", "refs/heads/main")).toMatchObject({ code: 0 });
  });

  it("is none where it could be an abbreviated id as well", async () => {
    const short = (await clone.git("rev-parse", "HEAD")).slice(0, 10);
    expect(await verified(clone, "--rev", short)).toMatchObject({ code: 0 });
    await clone.git("update-ref", `refs/tags/${short}`, other);
    expect(await verified(clone, "--rev", short)).toMatchObject({ code: 2, errors: ["usage"] });
  });

  it("is what git itself has for HEAD and for a whole id, whatever else is called so", async () => {
    const head = await clone.git("rev-parse", "HEAD");
    for (const name of ["HEAD", head]) await clone.git("update-ref", `refs/tags/${name}`, other);
    for (const name of ["HEAD", "@", head]) {
      const { code, document } = await verified(clone, "--rev", name);
      expect({ code, commit: document.commit }).toEqual({ code: 0, commit: head });
    }
  });
});

describe("a name that is another thing than it looks like", () => {
  it("is no base: a tag, where nothing was fetched of the remote's branch", async () => {
    const { clone, other } = await cloned();
    await clone.git("update-ref", "-d", "refs/remotes/origin/main");
    await clone.git("tag", "origin/main", other);
    const { code, problems } = await verified(clone, "--base", "origin/main");
    expect(code).toBe(2);
    expect(problems[0]?.message).toBe(
      "origin/main is refs/tags/origin/main here, and no branch that was fetched of the remote origin.",
    );
    expect(problems[0]?.hint).toContain("git fetch origin main:refs/remotes/origin/main,");
  });

  it("is no base: a tag that has a whole reference's name", async () => {
    const { clone, other } = await cloned();
    await clone.git("update-ref", "-d", "refs/remotes/origin/main");
    await clone.git("update-ref", "refs/tags/refs/remotes/origin/main", other);
    const answer = await verified(clone, "--base", "refs/remotes/origin/main");
    expect(answer).toMatchObject({ code: 1, errors: ["objects-missing"] });
  });

  it.each(["origin/main", "refs/remotes/origin/main", "main", "v1"])(
    "can be fetched as the answer says, into a clone of another branch alone: %s",
    async (name) => {
      const { clone } = await cloned();
      await clone.git("tag", "v1");
      await clone.git("branch", "other");
      const narrow = clone.at(join(clone.base, "narrow"));
      const url = `file://${clone.directory}`;
      await clone.git("clone", "-q", "--depth=1", "--no-tags", "-b", "other", url, narrow.directory);
      const { code, problems } = await verified(narrow, "--base", name);
      expect(code).toBe(1);
      const command = /get it: {2}(.+)$/.exec(problems[0]?.hint ?? "")?.[1] ?? "false";
      expect((await narrow.run("sh", ["-c", command])).code).toBe(0);
      expect(await verified(narrow, "--base", name)).toMatchObject({ code: 0, errors: [] });
    },
  );

  it("is found where it is one: a tag, a branch with a slash, a step from either", async () => {
    const { clone } = await cloned();
    await clone.git("tag", "-a", "v1/first", "-m", "first");
    await clone.git("branch", "feature/x");
    for (const name of ["v1/first", "feature/x", "feature/x~0", "v1/first^{commit}", "origin", "main@{0}"]) {
      expect(await verified(clone, "--rev", name, "--base", name)).toMatchObject({ code: 0, errors: [] });
    }
  });
});

describe("what is not the name of one commit", () => {
  it.each([
    "^main",
    "main^..main",
    "main...main",
    "main^@",
    "main^!",
    ":/first",
    ":gate.yaml",
    "",
    "a b",
    "main\n",
  ])("is refused: %j", async (written) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    for (const option of ["--rev", "--base"]) {
      const { code, errors } = await verified(rig, option, written);
      expect({ code, errors }).toEqual({ code: 2, errors: ["usage"] });
    }
  });
});

describe("a commit at no time", () => {
  const hostile = ["99999999999999", "no time at all"];

  /** As git takes it when it is told to. */
  async function commitAt(rig: Rig, time: string): Promise<string> {
    const tree = await rig.git("rev-parse", "HEAD^{tree}");
    const parent = await rig.git("rev-parse", "HEAD");
    const who = `Eve <eve@example.com> ${time} +0000`;
    const text = `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\nlater\n`;
    const args = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
    const made = await runProgram("git", args, { cwd: rig.directory, env: rig.env, input: text });
    return made.stdout.trim();
  }

  it.each(hostile)("is a no: %s", async (time) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const commit = await commitAt(rig, time);
    for (const args of [
      ["--rev", commit],
      ["--rev", "HEAD", "--base", commit],
      ["--rev", commit, "--at", "2026-02-13"],
    ]) {
      const { code, errors, problems } = await verified(rig, ...args);
      expect({ code, errors }).toEqual({ code: 1, errors: ["git-failed"] });
      expect(problems[0]?.message).toContain("a time that is none");
    }
  });

  it.each(hostile)("is a no as HEAD, too: %s", async (time) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("update-ref", "HEAD", await commitAt(rig, time));
    const { code, errors, problems } = await verified(rig);
    expect({ code, errors }).toEqual({ code: 1, errors: ["git-failed"] });
    expect(problems[0]?.message).toContain("a time that is none");
  });

  it.each(hostile)("lets no waiver hold for ever: %s", async (time) => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    await rig.git("add", ".");
    await rig.gate("waive", "model-tests", "--reason", "no GPU", "--until", "7d");
    await rig.git("commit", "-q", "-m", "waived");
    expect(await verified(rig)).toMatchObject({ code: 0 });
    expect(await verified(rig, "--rev", await commitAt(rig, time))).toMatchObject({ code: 1 });
  });
});
