import { join } from "node:path";
import { expect, it } from "vitest";
import { plainHead } from "../../src/adapters/git/plain-head.ts";
import { opened } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

/** What is done to a repository with one commit; gives the directory that is asked about, if it is another one. */
const STATES: Readonly<Record<string, (rig: Rig) => Promise<string | undefined>>> = {
  "a branch": async () => undefined,
  "a branch with an odd name": async (rig) => void (await rig.git("switch", "-q", "-c", "fix/é-ü_1")),
  "no branch": async (rig) => void (await rig.git("switch", "-q", "--detach")),
  "a linked worktree": async (rig) => {
    await rig.git("worktree", "add", "-q", join(rig.base, "linked"), "-b", "other");
    return join(rig.base, "linked");
  },
  "sha256 objects": async () => undefined,
};

it.each(Object.entries(STATES))("the commit of HEAD is known without git: %s", async (name, prepare) => {
  const rig = await Rig.create({ hooks: false, objectFormat: name.startsWith("sha256") ? "sha256" : "sha1" });
  await rig.git("commit", "-q", "--allow-empty", "-m", "first");
  const directory = (await prepare(rig)) ?? rig.directory;
  await rig.at(directory).git("commit", "-q", "--allow-empty", "-m", "second");
  const head = (await rig.at(directory).git("rev-parse", "HEAD")).trim();
  expect(await plainHead(await opened(directory, rig.env))).toBe(head);
});

it("only git knows it before the first commit, where refs are packed, and where HEAD leads elsewhere", async () => {
  const rig = await Rig.create({ hooks: false });
  const repository = await opened(rig.directory, rig.env);
  expect(await plainHead(repository)).toBeNull();
  await rig.git("commit", "-q", "--allow-empty", "-m", "first");
  expect(await plainHead(repository)).not.toBeNull();
  await rig.git("pack-refs", "--all");
  expect(await plainHead(repository)).toBeNull();
  await rig.git("symbolic-ref", "refs/heads/alias", "refs/heads/main");
  await rig.git("symbolic-ref", "HEAD", "refs/heads/alias");
  expect(await plainHead(repository)).toBeNull();
});
