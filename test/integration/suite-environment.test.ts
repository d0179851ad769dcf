import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { suiteEnvironment } from "../../src/suite/environment.ts";
import { type ExecutionRig, executionRig } from "../rig/execution.ts";

let rig: ExecutionRig;

beforeEach(() => {
  rig = executionRig();
});

afterEach(() => rig.remove());

const IDENTITY = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];

function git(...args: readonly string[]): string {
  return execFileSync("git", [...IDENTITY, ...args], {
    cwd: rig.directory,
    // Nothing of the user's settings, nor of a hook that may be running these tests.
    env: { PATH: process.env.PATH ?? "", HOME: rig.directory },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** What a pre-commit hook finds in its environment when git runs it for `commit -a`. */
function environmentOfAHook(): Readonly<Record<string, string>> {
  const dump = join(rig.directory, "environment");
  const hook = join(rig.directory, "outer/.git/hooks/pre-commit");
  writeFileSync(hook, `#!/bin/sh\nenv -0 >'${dump}'\nexit 1\n`);
  chmodSync(hook, 0o755);
  expect(() => git("-C", "outer", "commit", "-q", "-a", "-m", "second")).toThrow();
  const lines = readFileSync(dump, "utf8").split("\0").filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

it("lets a suite commit in a scratch repository, never in the one that is being committed to", async () => {
  git("init", "-q", "outer");
  writeFileSync(join(rig.directory, "outer/file"), "one\n");
  git("-C", "outer", "add", "file");
  git("-C", "outer", "commit", "-q", "-m", "first");
  writeFileSync(join(rig.directory, "outer/file"), "two\n");
  const inherited = environmentOfAHook();
  expect(inherited).toHaveProperty("GIT_INDEX_FILE");
  const hookEnvironment = { ...inherited, GIT_DIR: join(rig.directory, "outer/.git") };
  const outerBefore = [
    git("-C", "outer", "log", "--all", "--format=%H %s"),
    git("-C", "outer", "ls-files", "-s"),
  ];

  const env = suiteEnvironment(hookEnvironment, {
    events: join(rig.directory, "events"),
    artifacts: join(rig.directory, "artifacts"),
    root: rig.directory,
    sessionId: rig.sessionId,
    env: {},
  });
  const { end } = await rig.execute(
    `git init -q scratch && cd scratch && echo theirs >theirs && git add theirs &&
     git ${IDENTITY.join(" ")} commit -q -m scratch`,
    { cwd: rig.directory, env },
  );

  expect(end).toEqual({ kind: "exited", code: 0 });
  expect(git("-C", "scratch", "log", "--format=%s")).toBe("scratch\n");
  expect([
    git("-C", "outer", "log", "--all", "--format=%H %s"),
    git("-C", "outer", "ls-files", "-s"),
  ]).toEqual(outerBefore);
});
