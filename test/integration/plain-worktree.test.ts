import { chownSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOwnedByUser } from "../../src/adapters/files/files.ts";
import { openRepository, plainWorktree } from "../../src/adapters/git/repository.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { mayMount, mountSmall } from "../rig/small-mount.ts";

interface Case {
  /** Changes the repository; gives the directory that is asked about, or the variables that hold. */
  readonly prepare: (rig: Rig) => Promise<string | Readonly<Record<string, string>> | undefined>;
  readonly found: boolean;
}

/** git is the judge: what is found without it has to be what it says. */
const CASES: Readonly<Record<string, Case>> = {
  "the top level": { prepare: async () => undefined, found: true },
  "a directory below it": {
    prepare: async (rig) => made(rig, "src/deep"),
    found: true,
  },
  "an index of the user's own": {
    prepare: async (rig) => ({ GIT_INDEX_FILE: join(rig.base, "own-index") }),
    found: true,
  },
  "an index of a hook's, relative to where git ran": {
    prepare: async () => ({ GIT_INDEX_FILE: ".git/next-index-1.lock", GIT_PREFIX: "src/" }),
    found: true,
  },
  "objects elsewhere": { prepare: async () => ({ GIT_OBJECT_DIRECTORY: ".git/objects" }), found: true },
  "settings of each worktree": {
    prepare: async (rig) => void (await rig.git("config", "extensions.worktreeConfig", "true")),
    found: true,
  },
  "a worktree that is named": {
    prepare: async (rig) => void (await rig.git("config", "core.worktree", made(rig, "elsewhere"))),
    found: false,
  },
  "a worktree that is named for this one alone": {
    prepare: async (rig) => {
      await rig.git("config", "extensions.worktreeConfig", "true");
      await rig.git("config", "--worktree", "core.worktree", made(rig, "elsewhere"));
    },
    found: false,
  },
  GIT_DIR: {
    prepare: async (rig) => ({ GIT_DIR: join(rig.directory, ".git") }),
    found: false,
  },
  GIT_WORK_TREE: {
    prepare: async (rig) => ({ GIT_WORK_TREE: rig.directory, GIT_DIR: join(rig.directory, ".git") }),
    found: false,
  },
  "a repository that says it is bare": {
    prepare: async (rig) => void (await rig.git("config", "core.bare", "true")),
    found: false,
  },
  "a repository that says it is bare in one word": {
    prepare: async (rig) => {
      await rig.git("config", "--unset", "core.bare");
      writeFileSync(join(rig.directory, ".git/config"), "[core]\n\tbare\n");
    },
    found: false,
  },
  "a linked worktree": {
    prepare: async (rig) => {
      await rig.git("commit", "-q", "--allow-empty", "-m", "first");
      await rig.git("worktree", "add", "-q", join(rig.base, "linked"));
      return join(rig.base, "linked");
    },
    found: false,
  },
  "a bare repository inside of it": {
    prepare: async (rig) => {
      await rig.git("init", "-q", "--bare", "store/bare.git");
      return join(rig.directory, "store/bare.git/refs");
    },
    found: false,
  },
  "the git directory itself": { prepare: async (rig) => join(rig.directory, ".git"), found: false },
  "a directory in the git directory": {
    prepare: async (rig) => join(rig.directory, ".git/refs"),
    found: false,
  },
  "another repository inside of it": {
    prepare: async (rig) => {
      await rig.git("init", "-q", "inner");
      return join(rig.directory, "inner");
    },
    found: true,
  },
  "a git directory that is none": {
    prepare: async (rig) => {
      mkdirSync(join(rig.directory, "hollow/.git"), { recursive: true });
      return join(rig.directory, "hollow");
    },
    found: false,
  },
  "a git directory whose HEAD a crash has emptied, in another repository": {
    prepare: async (rig) => {
      await rig.git("init", "-q", "inner");
      writeFileSync(join(rig.directory, "inner/.git/HEAD"), "");
      return join(rig.directory, "inner");
    },
    found: false,
  },
  "a git directory that lacks its objects, in another repository": {
    prepare: async (rig) => {
      await rig.git("init", "-q", "inner");
      rmSync(join(rig.directory, "inner/.git/objects"), { recursive: true });
      return join(rig.directory, "inner");
    },
    found: false,
  },
  "a git directory that shares another's": {
    prepare: async (rig) => {
      await rig.git("init", "-q", join(rig.base, "shared"));
      writeFileSync(join(rig.directory, ".git/commondir"), "../../shared/.git\n");
      return undefined;
    },
    found: false,
  },
  "a commit that is checked out without a branch": {
    prepare: async (rig) => {
      await rig.git("commit", "-q", "--allow-empty", "-m", "first");
      await rig.git("checkout", "-q", "--detach");
      return undefined;
    },
    found: true,
  },
  "a ceiling": { prepare: async (rig) => ({ GIT_CEILING_DIRECTORIES: rig.base }), found: false },
};

function made(rig: Rig, path: string): string {
  const directory = join(rig.directory, path);
  mkdirSync(directory, { recursive: true });
  return directory;
}

describe("an index that a hook names relative to the top level", () => {
  it.each([".", "src"])("is found from %s", async (place) => {
    const rig = await Rig.create({ hooks: false });
    const directory = realpathSync(made(rig, place));
    const env = { ...rig.env, GIT_INDEX_FILE: ".git/next-index-1.lock" };
    const index = join(realpathSync(rig.directory), ".git/next-index-1.lock");
    const expected = { indexFile: index, environment: expect.objectContaining({ GIT_INDEX_FILE: index }) };
    expect(await plainWorktree(directory, env)).toMatchObject(expected);
    expect(await openRepository(directory, env)).toMatchObject({ ok: true, value: expected });
  });
});

describe("a hook that goes into a directory and calls gate there", () => {
  it.each(["the main worktree", "a linked worktree"])("binds the commit in %s", async (which) => {
    const main = await Rig.create({ hooks: false });
    main.writeProject();
    await main.git("add", ".");
    await main.commit("first");
    const linked = join(main.base, "linked");
    await main.git("worktree", "add", "-q", "-b", "other", linked);
    const rig = which === "a linked worktree" ? main.at(linked) : main;
    const hook = `#!/bin/sh\ncd src && exec "${process.execPath}" "${GATE}" pre-commit\n`;
    writeFileSync(join(main.directory, ".git/hooks/pre-commit"), hook, { mode: 0o755 });
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.commit("second");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
    expect(rig.exists("src/test-reports")).toBe(false);
  });
});

describe("a worktree that is found without git", () => {
  it.each(Object.entries(CASES))("is what git says: %s", async (_, { prepare, found }) => {
    const rig = await Rig.create({ hooks: false });
    const prepared = (await prepare(rig)) ?? rig.directory;
    const directory = realpathSync(typeof prepared === "string" ? prepared : rig.directory);
    const env = typeof prepared === "string" ? rig.env : { ...rig.env, ...prepared };
    const plain = await plainWorktree(directory, env);
    expect(plain !== null).toBe(found);
    const opened = await openRepository(directory, env);
    if (found) expect(opened).toEqual({ ok: true, value: plain });
  });

  it("is not one of sha256 objects", async () => {
    const rig = await Rig.create({ hooks: false, objectFormat: "sha256" });
    expect(await plainWorktree(rig.directory, rig.env)).toBeNull();
  });

  it("is not one that somebody else owns a part of: git refuses it", async () => {
    const rig = await Rig.create({ hooks: false });
    const own = realpathSync(rig.directory);
    // Only root can give something away; "/" is nobody else's.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chownSync(join(own, ".git"), 4711, 4711);
    expect(isOwnedByUser(isRoot ? join(own, ".git") : "/")).toBe(false);
    expect((await plainWorktree(own, rig.env)) === null).toBe(isRoot);
    expect((await openRepository(own, rig.env)).ok).toBe(!isRoot);
  });

  it.skipIf(!mayMount())("is not behind the edge of a file system: git stops there", async () => {
    const rig = await Rig.create({ hooks: false });
    await rig.withEvidence();
    const mounted = join(rig.directory, "mounted");
    mountSmall(mounted, "64k");
    const { code, stdout } = await rig.at(mounted).gate("status", "--json");
    expect(code).toBe(2);
    expect(stdout).toContain("not-a-repository");
  });

  it("is not where no repository is", async () => {
    const rig = await Rig.create({ hooks: false });
    rmSync(join(rig.directory, ".git"), { recursive: true });
    const env = { ...rig.env, GIT_CEILING_DIRECTORIES: rig.base };
    expect(await plainWorktree(realpathSync(rig.directory), env)).toBeNull();
  });
});
