import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { GitError } from "../../src/adapters/git/command.ts";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { readBlobsUpTo, readObjects, readSmallBlobs } from "../../src/adapters/git/small-blobs.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";

const LIMIT = 1 << 16;

/** A repository with a few blobs, where each start of git leaves a line, and git can be made to die. */
async function counted(whileAsked = ""): Promise<{
  readonly rig: Rig;
  readonly repository: Repository;
  readonly ids: readonly string[];
  readonly starts: () => readonly string[];
}> {
  const rig = await Rig.create({ hooks: false });
  const ids = ["one\n", "two\n", ""].map((text) => store(rig, text));
  const git = execFileSync("sh", ["-c", "command -v git"], { env: rig.env, encoding: "utf8" }).trim();
  const log = join(rig.base, "starts");
  writeFileSync(log, "");
  rig.write("../bin/git", `#!/bin/sh\necho "$*" >>"${log}"\n${whileAsked}\nexec "${git}" "$@"\n`);
  chmodSync(join(rig.base, "bin/git"), 0o755);
  const PATH = [join(rig.base, "bin"), rig.env.PATH].join(delimiter);
  const opened = await openRepository(rig.directory, { ...rig.env, PATH });
  if (!opened.ok) throw new Error(opened.error);
  writeFileSync(log, "");
  const starts = () => readFileSync(log, "utf8").split("\n").filter(Boolean);
  return { rig, repository: opened.value, ids, starts };
}

function store(rig: Rig, content: string | Buffer): string {
  const args = ["hash-object", "-w", "--stdin"];
  return execFileSync("git", args, { cwd: rig.directory, env: rig.env, input: content }).toString().trim();
}

const textsOf = async (repository: Repository, names: readonly string[]) =>
  (await readBlobsUpTo(repository, names, LIMIT)).map((one) =>
    one === null || one === "too-large" ? one : one.bytes.toString("utf8"),
  );

it("one git answers one question after the other, and many at once, each in its order", async () => {
  const { repository, ids, starts } = await counted();
  const [one = "", two = "", empty = ""] = ids;
  expect(await textsOf(repository, [one])).toEqual(["one\n"]);
  const answers = await Promise.all([
    textsOf(repository, [two, "HEAD:none", empty]),
    textsOf(repository, [empty, one]),
    textsOf(repository, []),
    textsOf(repository, [two, two]),
  ]);
  expect(answers).toEqual([["two\n", null, ""], ["", "one\n"], [], ["two\n", "two\n"]]);
  expect(starts()).toEqual(["cat-file --batch"]);
});

it("an object that is stored while the git is open is found by it", async () => {
  const { rig, repository, ids, starts } = await counted();
  await textsOf(repository, ids);
  const later = store(rig, "later\n");
  expect(await textsOf(repository, [later])).toEqual(["later\n"]);
  expect(starts()).toHaveLength(1);
});

it("what is larger than asked for is not kept, and what is huge is not waited for", async () => {
  const { rig, repository, ids, starts } = await counted();
  const [one = ""] = ids;
  const large = store(rig, Buffer.alloc(LIMIT + 1, "x"));
  const huge = store(rig, Buffer.alloc(64 << 20));
  expect(await textsOf(repository, [large, one, huge, one])).toEqual([
    "too-large",
    "one\n",
    "too-large",
    "one\n",
  ]);
  // the one that had begun with the huge one was left, and another one went on behind it
  expect(starts()).toEqual(["cat-file --batch", "cat-file --batch"]);
});

it("a name with a line end parts no other answer", async () => {
  const { repository, ids } = await counted();
  const [one = "", two = ""] = ids;
  const odd = readObjects(repository, [`HEAD:a\n${one}`], LIMIT);
  expect(await textsOf(repository, [two])).toEqual(["two\n"]);
  expect((await odd)[0]?.kind).toBe("absent");
});

it("where that git dies before its answer, another one is asked", async () => {
  const dies = 'case "$*" in "cat-file --batch") read -r line; exit 1 ;; esac';
  const { repository, ids, starts } = await counted(dies);
  expect(await textsOf(repository, ids)).toEqual(["one\n", "two\n", ""]);
  expect(await textsOf(repository, ids)).toEqual(["one\n", "two\n", ""]);
  expect(starts().filter((line) => line === "cat-file --batch --buffer")).toHaveLength(2);
});

it("of many blobs nothing large is read", async () => {
  const { rig, repository, starts } = await counted();
  const large = store(rig, Buffer.alloc(LIMIT + 1));
  const small = Array.from({ length: 40 }, (_, index) => store(rig, `${index}`));
  const found = await readSmallBlobs(repository, [large, ...small, large], LIMIT);
  expect(found.map((one) => one?.toString("utf8") ?? null)).toEqual([
    null,
    ...small.map((_, at) => `${at}`),
    null,
  ]);
  expect(starts()).toEqual(["cat-file --batch-check=%(objectsize) --buffer", "cat-file --batch --buffer"]);
});

it("where no git answers, that is a failure and not an absence", async () => {
  const { repository, ids } = await counted('case "$*" in cat-file*) exit 3 ;; esac');
  await expect(textsOf(repository, ids)).rejects.toBeInstanceOf(GitError);
});

it("an object that is lost is a failure, and does not end the questions of others", async () => {
  const { repository, ids } = await counted();
  const lost = expect(textsOf(repository, ["1".repeat(40)])).rejects.toThrow(/missing/);
  expect(await textsOf(repository, ids)).toEqual(["one\n", "two\n", ""]);
  await lost;
});

/** A commit whose evidence is not true, in a repository whose git is made to misbehave. */
async function judgedBy(script: string): Promise<Ended> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("test-reports/model-tests.hash", "0\n");
  await rig.git("commit", "-q", "--no-verify", "-a", "-m", "forged");
  const git = execFileSync("sh", ["-c", "command -v git"], { env: rig.env, encoding: "utf8" }).trim();
  rig.write(
    "../bin/git",
    `#!/bin/sh\ncase "$*" in "cat-file --batch") ${script} ;; esac\nexec "${git}" "$@"\n`,
  );
  chmodSync(join(rig.base, "bin/git"), 0o755);
  return rig.gateWith({ PATH: [join(rig.base, "bin"), rig.env.PATH].join(delimiter) }, "verify");
}

// In a program of its own: nothing else keeps it from ending.
it.each([
  { how: "ends when it is asked", script: "read -r line; exit 1" },
  { how: "ends at once", script: "exit 1" },
  { how: "closes its mouth, and ends later", script: "exec 1>&-; sleep 0.3; exit 1" },
  { how: "ends in the middle of an answer", script: "read -r line; printf 'abc tree 100'; exit 0" },
  { how: "is killed", script: "kill -9 $$" },
])("gate has its answer where the open git $how", async ({ script }) => {
  const { code, stderr } = await judgedBy(script);
  expect([code, stderr]).toEqual([1, expect.stringContaining("tampered-report")]);
});

it("coming to an end without an answer is no yes", async () => {
  const rig = await Rig.create();
  await rig.withEvidence();
  // Nothing holds it while git is at work.
  const loose = `const processes = require("node:child_process");
    const { spawn } = processes;
    processes.spawn = (...args) => {
      const child = spawn(...args);
      for (const one of [child, ...child.stdio].filter(Boolean)) {
        one.unref();
        one.ref = () => one;
      }
      return child;
    };`;
  rig.write("../loose.cjs", loose);
  const env = { NODE_OPTIONS: `--require ${join(rig.base, "loose.cjs")}` };
  const { code, stderr } = await rig.gateWith(env, "verify");
  expect([code, stderr]).toEqual([70, expect.stringContaining("it came to its end without an answer")]);
});

it.runIf(process.platform === "linux")("gate ends when it has its answer, and that git with it", async () => {
  const rig = await Rig.create();
  await rig.withEvidence();
  expect((await rig.gate("verify")).code).toBe(0);
  const here = () =>
    readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(rig.directory);
      } catch {
        return false;
      }
    });
  await expect.poll(here).toEqual([]);
});
