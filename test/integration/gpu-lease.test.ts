import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { bootId, lifeOf, processNamespace } from "../../src/adapters/files/life.ts";
import type { Gpu } from "../../src/suite/gpu.ts";
import { type Device, visibleDevices } from "../../src/suite/gpu-devices.ts";
import { type LeaseOptions, takeGpuLease } from "../../src/suite/gpu-lease.ts";

vi.setConfig({ testTimeout: 120_000 });

const LINUX = process.platform === "linux";
const SINCE = "2026-02-13T14:27:22.000Z";

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "gate-gpu-lease-"));
  onTestFinished(() => {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function gpuAt(index: number): Gpu {
  return { index, name: "NVIDIA L4", driver: "550", memoryMiB: 24_576, uuid: `GPU-${index}` };
}

const TWO: readonly Device[] = visibleDevices([gpuAt(0), gpuAt(1)], undefined);
const ONE = TWO.slice(0, 1);

function asking(
  directory: string,
  memoryMiB: number | null = null,
  changes: Partial<LeaseOptions> = {},
): LeaseOptions {
  return {
    directory,
    claimant: { user: "ann", suite: "model-tests", directory: "/home/ann/app", since: SINCE },
    wanted: { devices: ONE, which: memoryMiB === null ? "each" : "one", memoryMiB },
    patienceMs: 0,
    abort: new AbortController().signal,
    now: () => new Date(),
    waiting: () => undefined,
    puzzled: () => undefined,
    ...changes,
  };
}

async function take(options: LeaseOptions) {
  const lease = await takeGpuLease(options);
  if (!lease.ok) throw new Error(JSON.stringify(lease.error));
  return lease.value;
}

describe("GPUs", () => {
  it("are one run's, until it gives them back", async () => {
    const place = join(temporary(), "leases");
    const first = await take(asking(place));
    expect(first.shares).toEqual([{ key: "GPU-0", memoryMiB: null }]);
    expect(await takeGpuLease(asking(place))).toMatchObject({
      ok: false,
      error: {
        kind: "too-long",
        standing: { holders: [{ claimant: { pid: process.pid, directory: "/home/ann/app", since: SINCE } }] },
      },
    });
    first.release();
    expect(readdirSync(place)).toEqual([]);
    await take(asking(place));
  });

  it("are shared by those that fit on one together", async () => {
    const place = temporary();
    await take(asking(place, 16_000));
    await take(asking(place, 8_000));
    expect(await takeGpuLease(asking(place, 1_000))).toMatchObject({ ok: false });
    expect(await takeGpuLease(asking(place))).toMatchObject({ ok: false });
  });

  it("are taken where there is room first", async () => {
    const place = temporary();
    const devices = { wanted: { devices: TWO, which: "one", memoryMiB: 16_000 } } as const;
    expect((await take(asking(place, 0, devices))).shares).toEqual([{ key: "GPU-0", memoryMiB: 16_000 }]);
    expect((await take(asking(place, 0, devices))).shares).toEqual([{ key: "GPU-1", memoryMiB: 16_000 }]);
    expect(await takeGpuLease(asking(place, 0, devices))).toMatchObject({ ok: false });
  });

  it("go to whoever waits longest, also where a later one needs less", async () => {
    const place = temporary();
    const holder = await take(asking(place, 16_000));
    const stop = new AbortController();
    const large = takeGpuLease(asking(place, null, { patienceMs: 60_000, abort: stop.signal }));
    await vi.waitUntil(() => readdirSync(place).filter((name) => name.endsWith(".ticket.json")).length === 2);
    const small = takeGpuLease(asking(place, 1_000, { patienceMs: 60_000 }));
    await vi.waitUntil(() => readdirSync(place).filter((name) => name.endsWith(".ticket.json")).length === 3);
    holder.release();
    const got = await large;
    expect(got).toMatchObject({ ok: true, value: { shares: [{ memoryMiB: null }] } });
    if (got.ok) got.value.release();
    expect(await small).toMatchObject({ ok: true, value: { shares: [{ memoryMiB: 1_000 }] } });
  });

  it("are not waited for by those that can see others only", async () => {
    const place = temporary();
    await take(asking(place));
    const other = { devices: TWO.slice(1), which: "each", memoryMiB: null } as const;
    expect((await take(asking(place, null, { wanted: other }))).shares).toEqual([
      { key: "GPU-1", memoryMiB: null },
    ]);
  });

  it("are given up by an interruption, with nothing left behind", async () => {
    const place = temporary();
    const holder = await take(asking(place));
    const stop = new AbortController();
    const waiting = takeGpuLease(
      asking(place, null, { patienceMs: 60_000, abort: stop.signal, waiting: () => stop.abort() }),
    );
    expect(await waiting).toEqual({ ok: false, error: { kind: "interrupted" } });
    holder.release();
    expect(readdirSync(place)).toEqual([]);
  });

  it("are claimed in files that all may read, in a directory that all may write", async () => {
    const place = join(temporary(), "leases");
    const before = process.umask(0o077);
    onTestFinished(() => {
      process.umask(before);
    });
    await take(asking(place));
    expect(statSync(place).mode & 0o7777).toBe(0o1777);
    const modes = readdirSync(place).map((name) => statSync(join(place, name)).mode & 0o777);
    expect(modes).toEqual([0o644, 0o644, 0o644]);
  });

  it("are used without a turn where the directory cannot be", async () => {
    const place = join(temporary(), "leases");
    writeFileSync(place, "");
    expect(await takeGpuLease(asking(place))).toMatchObject({ ok: false, error: { kind: "unusable" } });
  });

  it("are waited for again where somebody clears the directory", async () => {
    const place = temporary();
    const stop = new AbortController();
    await take(asking(place));
    let looks = 0;
    const lease = await take(
      asking(place, null, {
        patienceMs: 60_000,
        abort: stop.signal,
        waiting: () => {
          looks += 1;
          if (looks === 1) rmSync(place, { recursive: true });
        },
      }),
    );
    expect(lease.shares).toHaveLength(1);
  });
});

/** Leaves the files of a holder, as a killed one does. */
function leave(place: string, changes: Record<string, unknown> = {}): string {
  const id = `99-${crypto.randomUUID()}`;
  const claim = {
    schema: "gate/gpu-claim@1",
    pid: process.pid,
    processStart: lifeOf(process.pid)?.start ?? null,
    boot: bootId(),
    processNamespace: processNamespace(),
    user: "bob",
    suite: "other-tests",
    directory: "/home/bob/app",
    since: SINCE,
    keys: ["GPU-0"],
    ...changes,
  };
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, `${id}.claim.json`), JSON.stringify(claim));
  writeFileSync(join(place, `${id}.ticket.json`), JSON.stringify({ ticket: 1 }));
  writeFileSync(
    join(place, `${id}.lease.json`),
    JSON.stringify({ shares: [{ key: "GPU-0", memoryMiB: null }] }),
  );
  return join(place, `${id}.claim.json`);
}

describe("what a holder has left", () => {
  it("counts while its process is there", async () => {
    const place = temporary();
    leave(place);
    expect(await takeGpuLease(asking(place))).toMatchObject({ ok: false, error: { kind: "too-long" } });
  });

  it.runIf(LINUX).each([
    ["whose process is gone", { pid: 999_999_999 }],
    ["whose number another process has now", { processStart: "1" }],
    ["from before the machine was started anew", { boot: "00000000-0000-0000-0000-000000000000" }],
  ])("%s is recovered", async (_, changes) => {
    const place = temporary();
    leave(place, changes);
    const lease = await take(asking(place, null, { patienceMs: 60_000 }));
    lease.release();
    expect(readdirSync(place)).toEqual([]);
  });

  it.runIf(LINUX)("in another container counts as long as it shows that it is there", async () => {
    const place = temporary();
    const claim = leave(place, { processNamespace: "pid:[1]", pid: 7 });
    expect(await takeGpuLease(asking(place))).toMatchObject({ ok: false, error: { kind: "too-long" } });
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(claim, longAgo, longAgo);
    await take(asking(place, null, { patienceMs: 60_000 }));
  });

  it.runIf(LINUX)("of a process above is used along: a suite may run gate itself", async () => {
    const place = temporary();
    leave(place, { pid: process.ppid, processStart: lifeOf(process.ppid)?.start ?? null });
    await take(asking(place));
  });

  it.runIf(LINUX && process.getuid?.() === 0)(
    "in the name of another user's process is nothing",
    async () => {
      const place = temporary();
      const child = spawn("sleep", ["600"], { uid: 65_534, gid: 65_534 });
      onTestFinished(() => {
        child.kill("SIGKILL");
      });
      await once(child, "spawn");
      const pid = child.pid ?? 0;
      leave(place, { pid, processStart: lifeOf(pid)?.start ?? null });
      await take(asking(place, null, { patienceMs: 60_000 }));
    },
  );

  it.each([
    ["text", "garbage"],
    ["half of it", '{"schema": "gate/gpu-claim@1", "pid":'],
    ["something that steers a terminal", JSON.stringify({ schema: "gate/gpu-claim@1", user: "\u001b[2J" })],
    ["too much", " ".repeat(100_000)],
  ])("as %s is passed over, and named", async (_, text) => {
    const place = temporary();
    writeFileSync(join(place, "1-x.claim.json"), text);
    const puzzling: string[] = [];
    await take(asking(place, null, { puzzled: (file) => puzzling.push(file) }));
    expect(puzzling).toEqual(["1-x.claim.json"]);
  });

  it.runIf(LINUX)("as a pipe or a link is passed over, and not waited for", async () => {
    const place = temporary();
    await once(spawn("mkfifo", [join(place, "1-a.claim.json")]), "exit");
    await once(spawn("ln", ["-s", "/dev/zero", join(place, "1-b.claim.json")]), "exit");
    const puzzling: string[] = [];
    await take(asking(place, null, { puzzled: (file) => puzzling.push(file) }));
    expect(puzzling.sort()).toEqual(["1-a.claim.json", "1-b.claim.json"]);
  });
});

describe("many processes", () => {
  const directory = mkdtempSync(join(tmpdir(), "gate-gpu-taker-"));
  const worker = join(directory, "gpu-taker.mjs");
  beforeAll(() =>
    build({
      input: resolve(import.meta.dirname, "../rig/gpu-taker.ts"),
      platform: "node",
      output: { file: worker, format: "esm" },
      logLevel: "silent",
    }),
  );
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const begin = (place: string, rounds: number, ending: string, memory: number, indexes: string) =>
    spawn(process.execPath, [worker, place, String(rounds), ending, String(memory), indexes], {
      stdio: "ignore",
    });

  it("never have more than there is, also where some die with it", async () => {
    const place = temporary();
    const start = async (rounds: number, ending: "release" | "die", memory: number, indexes: string) => {
      const [code, signal] = await once(begin(place, rounds, ending, memory, indexes), "exit");
      return code ?? signal;
    };
    const living = [
      start(4, "release", 10_000, "0,1"),
      start(4, "release", 14_000, "0,1"),
      start(4, "release", 8_000, "0"),
      start(4, "release", 5_000, "1"),
      start(3, "release", 0, "0"),
      start(2, "release", 0, "0,1"),
    ];
    const dying = [0, 12_000, 20_000, 6_000].map((memory) => start(1, "die", memory, "0,1"));
    expect(await Promise.all(living)).toEqual(Array(6).fill(0));
    expect(await Promise.all(dying)).toEqual(Array(4).fill("SIGKILL"));
    const lines = notes(place);
    expect(lines).toHaveLength(2 * (4 * 4 + 3 + 2 + 4));
    expect(mostInUse(lines)).toBeLessThanOrEqual(24_576);
    await take(asking(join(place, "leases"), null, { patienceMs: 60_000 }));
  });

  it("that are killed at any moment keep nobody waiting", async () => {
    const place = temporary();
    const kill = async (memory: number, afterMs: number) => {
      const child = begin(place, 100_000, "release", memory, "0,1");
      await delay(afterMs);
      child.kill("SIGKILL");
      await once(child, "exit");
      appendFileSync(join(place, "log"), `killed ${child.pid}\n`);
    };
    await Promise.all([0, 9_000, 14_000, 20_000, 6_000, 0].map((memory, at) => kill(memory, 400 + at * 130)));
    // both, so that it waits for whoever died with either
    const wanted = { devices: TWO, which: "each", memoryMiB: null } as const;
    const lease = await take(asking(join(place, "leases"), null, { patienceMs: 60_000, wanted }));
    expect(mostInUse(notes(place))).toBeLessThanOrEqual(24_576);
    lease.release();
    expect(readdirSync(join(place, "leases")).filter((name) => name.endsWith(".json"))).toEqual([]);
  });

  it.runIf(LINUX && process.getuid?.() === 0)(
    "of several users wait for each other, and break nothing",
    async () => {
      const place = temporary();
      for (const path of [place, directory]) chmodSync(path, 0o1777);
      const leases = join(place, "leases");
      const dead = leave(leases, { pid: 999_999_999 });
      chmodSync(leases, 0o1777);
      writeFileSync(join(place, "log"), "");
      chmodSync(join(place, "log"), 0o666);
      const mine = await take(asking(leases, null, { patienceMs: 60_000 }));
      const again = leave(leases, { pid: 999_999_999 });
      const args = [worker, place, "1", "release", "0", "0"];
      const other = spawn(process.execPath, args, { stdio: "ignore", uid: 65_534, gid: 65_534 });
      const ended = once(other, "exit");
      await vi.waitUntil(() => readdirSync(leases).some((name) => name.startsWith(`${other.pid}-`)), {
        timeout: 20_000,
      });
      expect(notes(place)).toEqual([""]);
      mine.release();
      expect((await ended)[0]).toBe(0);
      expect([existsSync(dead), existsSync(again)]).toEqual([false, true]);
    },
  );
});

function notes(place: string): readonly string[] {
  return readFileSync(join(place, "log"), "utf8").trimEnd().split("\n");
}

/** The most that anybody ever had of one GPU together, from what they noted. */
function mostInUse(lines: readonly string[]): number {
  const held = new Map<string, string>();
  let most = 0;
  for (const line of lines) {
    const [what, holder = "", ...parts] = line.split(" ");
    if (what === "enter") held.set(holder, parts.join(" "));
    if (what === "leave") held.delete(holder);
    if (what === "killed")
      for (const one of [...held.keys()]) if (one.startsWith(`${holder}-`)) held.delete(one);
    most = Math.max(most, ...["GPU-0", "GPU-1"].map((gpu) => inUse(gpu, [...held.values()])));
  }
  return most;
}

function inUse(gpu: string, held: readonly string[]): number {
  const parts = held.flatMap((shares) => shares.split(" ")).map((share) => share.split("="));
  return parts.reduce((sum, [key, amount]) => (key === gpu ? sum + Number(amount) : sum), 0);
}
