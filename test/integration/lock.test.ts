import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bootId, processNamespace } from "../../src/adapters/files/life.ts";
import { type LockHolder, takeLock } from "../../src/adapters/files/lock.ts";
import { eventually } from "../rig/execution.ts";

const SINCE = "2026-02-13T14:27:22.000Z";
const LINUX = process.platform === "linux";

function lockPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "gate-lock-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "lock");
}

function holder(changes: Partial<LockHolder>): LockHolder {
  return {
    pid: process.pid,
    host: hostname(),
    processStart: null,
    boot: bootId(),
    processNamespace: processNamespace(),
    purpose: "gate run",
    since: SINCE,
    ...changes,
  };
}

async function leaveLock(changes: Partial<LockHolder>): Promise<string> {
  const path = lockPath();
  writeFileSync(path, JSON.stringify(holder(changes)));
  return path;
}

async function take(path: string, purpose = "gate run") {
  const taken = await takeLock(path, purpose, SINCE);
  if (!taken.ok) throw new Error(`held by ${JSON.stringify(taken.error)}`);
  return taken.value;
}

describe("a lock", () => {
  it("has one holder, and says who", async () => {
    const path = lockPath();
    await take(path, "gate run");
    const second = await takeLock(path, "gate pre-commit", SINCE);
    expect(second).toMatchObject({
      ok: false,
      error: { pid: process.pid, host: hostname(), purpose: "gate run", since: SINCE },
    });
  });

  it("is free again once it is released", async () => {
    const path = lockPath();
    await (await take(path)).release();
    expect(existsSync(path)).toBe(false);
    await take(path);
  });

  it("leaves nothing beside it", async () => {
    const path = await leaveLock({ processStart: "1" });
    await (await take(path)).release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("is not released twice: the second time it may be another's", async () => {
    const path = lockPath();
    const first = await take(path);
    await first.release();
    await take(path);
    await first.release();
    expect(existsSync(path)).toBe(true);
  });

  it("is not released by one that has lost it", async () => {
    const path = lockPath();
    const lost = await take(path);
    const other = JSON.stringify(holder({ purpose: "gate attach" }));
    writeFileSync(path, other);
    await lost.release();
    expect(readFileSync(path, "utf8")).toBe(other);
  });

  it("says nothing when the lock is gone at the release", async () => {
    const path = lockPath();
    const lock = await take(path);
    rmSync(path);
    await lock.release();
    expect(existsSync(path)).toBe(false);
  });
});

describe("a lock that was left behind", () => {
  it("by a killed process is taken over", async () => {
    const child = spawn("sleep", ["600"]);
    await once(child, "spawn");
    const path = await leaveLock({ pid: child.pid ?? 0 });
    expect((await takeLock(path, "gate run", SINCE)).ok).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    await take(path);
  });

  it.runIf(LINUX)("by a process whose id another one has now is taken over", async () => {
    await take(await leaveLock({ processStart: "1" }));
  });

  it.runIf(LINUX)("by a process that ended and that nobody has reaped is taken over", async () => {
    // it ends when its parent has become a program that reaps nobody
    const patient = 'until grep -q sleep "/proc/$PPID/comm"; do :; done';
    const parent = spawn("sh", ["-c", `sh -c '${patient}' & echo $!; exec sleep 600`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => {
      parent.kill("SIGKILL");
    });
    const [line] = await once(createInterface({ input: parent.stdout }), "line");
    const pid = Number(line);
    await eventually(() => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
    await take(await leaveLock({ pid }));
  });

  it("on another machine counts as held: nobody here can ask", async () => {
    const path = await leaveLock({ host: `not-${hostname()}`, pid: 999_999_999 });
    expect(await takeLock(path, "gate run", SINCE)).toMatchObject({
      ok: false,
      error: { host: `not-${hostname()}` },
    });
  });

  it("in another container of this machine counts as held: its processes have numbers of their own", async () => {
    const path = await leaveLock({ processNamespace: "pid:[1]", pid: 999_999_999 });
    expect(await takeLock(path, "gate run", SINCE)).toMatchObject({ ok: false, error: { pid: 999_999_999 } });
  });

  it.each([
    ["a link that leads nowhere", (path: string) => symlinkSync("nowhere", path)],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
  ])("is taken over where it is %s", async (_what, make) => {
    const path = lockPath();
    make(path);
    const lock = await take(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it("before the machine was started anew is taken over", async () => {
    await take(await leaveLock({ boot: "another", processNamespace: "pid:[1]" }));
  });

  it.each([
    "",
    "garbage",
    "{",
    "null",
    "[]",
    "{}",
    "\u0000\u0000",
    JSON.stringify({ ...holder({}), pid: "1" }),
    JSON.stringify(holder({ pid: 0 })),
    JSON.stringify(holder({ pid: -1 })),
    JSON.stringify(holder({ pid: 1.5 })),
    JSON.stringify({ pid: process.pid, host: hostname() }),
  ])("as %j is taken over", async (text) => {
    const path = lockPath();
    writeFileSync(path, text);
    await (await take(path)).release();
    expect(existsSync(path)).toBe(false);
  });

  it("together with a takeover that was killed on its way is taken over", async () => {
    const path = await leaveLock({ pid: 999_999_999 });
    const text = readFileSync(path, "utf8");
    const takeover = createHash("sha256").update(text).digest("hex").slice(0, 16);
    writeFileSync(`${path}.${takeover}`, text);
    await (await take(path)).release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });
});

describe("many processes", () => {
  const directory = mkdtempSync(join(tmpdir(), "gate-lock-taker-"));
  const worker = join(directory, "lock-taker.mjs");
  beforeAll(() =>
    build({
      input: resolve(import.meta.dirname, "../rig/lock-taker.ts"),
      platform: "node",
      output: { file: worker, format: "esm" },
      logLevel: "silent",
    }),
  );
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("are never inside at the same time, also where some die inside", async () => {
    const place = join(lockPath(), "..");
    writeFileSync(join(place, "counter"), "0");
    writeFileSync(join(place, "lock"), JSON.stringify(holder({ processStart: "1" })));
    const start = async (rounds: number, ending: "release" | "die") => {
      const child = spawn(process.execPath, [worker, place, String(rounds), ending], { stdio: "ignore" });
      const [code, signal] = await once(child, "exit");
      return code ?? signal;
    };
    const living = Array.from({ length: 4 }, () => start(25, "release"));
    const dying = Array.from({ length: 12 }, () => start(1, "die"));
    expect(await Promise.all(living)).toEqual(Array(4).fill(0));
    expect(await Promise.all(dying)).toEqual(Array(12).fill("SIGKILL"));
    expect(readFileSync(join(place, "counter"), "utf8")).toBe("112");
    const left = readdirSync(place).filter((name) => name.startsWith("."));
    expect(left).toEqual([]);
  });
});
