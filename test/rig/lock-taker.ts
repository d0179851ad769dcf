import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeLock } from "../../src/adapters/files/lock.ts";

/**
 * A process of its own that takes a lock again and again: `<directory> <rounds> <release|die>`.
 * Exits with 9 when it meets another one inside; one that dies leaves the lock behind.
 */
const [, , directory = "", rounds = "1", ending = "release"] = process.argv;
const lock = join(directory, "lock");
const inside = join(directory, "inside");
const counter = join(directory, "counter");

for (let round = 0; round < Number(rounds); round += 1) {
  const taken = await takeLock(lock, "counting", "2026-02-13T14:27:22.000Z");
  if (!taken.ok) {
    round -= 1;
    await delay(1);
    continue;
  }
  try {
    closeSync(openSync(inside, "wx"));
  } catch {
    process.exit(9);
  }
  const count = Number(readFileSync(counter, "utf8"));
  await delay(0);
  writeFileSync(counter, String(count + 1));
  rmSync(inside);
  if (ending === "die") process.kill(process.pid, "SIGKILL");
  await taken.value.release();
}
