import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Device } from "../../src/suite/gpu-devices.ts";
import { takeGpuLease } from "../../src/suite/gpu-lease.ts";

/**
 * A process of its own that takes GPUs again and again, and notes when it has what:
 * `<directory> <rounds> <release|die> <MiB or 0 for all> <index,index,…>`. Each GPU has 24 GiB.
 * Exits with 9 where it gets none; one that dies leaves what it has behind.
 */
const [, , directory = "", rounds = "1", ending = "release", memory = "0", indexes = "0"] = process.argv;
const log = join(directory, "log");
const memoryMiB = Number(memory) === 0 ? null : Number(memory);
const devices = indexes.split(",").map((text): Device => {
  const index = Number(text);
  const gpu = { index, name: "GPU", driver: "1", memoryMiB: 24_576, uuid: `GPU-${index}` };
  return { key: `GPU-${index}`, label: `GPU ${index}`, gpu, variable: text };
});

for (let round = 0; round < Number(rounds); round += 1) {
  const lease = await takeGpuLease({
    directory: join(directory, "leases"),
    claimant: { user: null, suite: "stress", directory, since: new Date().toISOString() },
    wanted: { devices, which: memoryMiB === null ? "each" : "one", memoryMiB },
    patienceMs: 120_000,
    abort: new AbortController().signal,
    now: () => new Date(),
    waiting: () => undefined,
    puzzled: () => undefined,
  });
  if (!lease.ok) process.exit(9);
  const having = lease.value.shares.map((share) => `${share.key}=${share.memoryMiB ?? 24_576}`).join(" ");
  const holder = `${process.pid}-${round}`;
  appendFileSync(log, `enter ${holder} ${having}\n`);
  await delay(1 + Math.random() * 20);
  appendFileSync(log, `leave ${holder} ${having}\n`);
  if (ending === "die") process.kill(process.pid, "SIGKILL");
  lease.value.release();
}
