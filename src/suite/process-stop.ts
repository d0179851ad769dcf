import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { LiveProcess, ProcessTree } from "../adapters/process/tree.ts";

/** How long processes that are about to end may outlive the one that started them. */
const DRAIN_MS = 1000;
/** What survives SIGKILL for this long hangs in the kernel, and waiting longer would hang gate as well. */
const LAST_WAIT_MS = 5000;
const LONGEST_PAUSE_MS = 100;

/**
 * Ends the whole tree: the signal, the grace, then SIGKILL until nothing is left.
 * Returns what could not be ended.
 */
export async function stopTree(
  tree: ProcessTree,
  signal: "SIGTERM" | "SIGINT",
  graceMs: number,
): Promise<readonly LiveProcess[]> {
  tree.signal(signal);
  await untilGone(tree, graceMs);
  return untilGone(tree, LAST_WAIT_MS, () => tree.signal("SIGKILL"));
}

/** After the suite's own process has ended: gives the rest a moment, then ends it. Returns what was left. */
export async function stopLeftovers(tree: ProcessTree, graceMs: number): Promise<readonly LiveProcess[]> {
  const left = await untilGone(tree, DRAIN_MS);
  if (left.length > 0) await stopTree(tree, "SIGTERM", graceMs);
  return left;
}

async function untilGone(
  tree: ProcessTree,
  limitMs: number,
  insist: () => void = () => undefined,
): Promise<readonly LiveProcess[]> {
  const deadline = performance.now() + limitMs;
  for (let pause = 5; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const left = tree.list();
    const remaining = deadline - performance.now();
    if (left.length === 0 || remaining <= 0) return left;
    insist();
    await delay(Math.min(pause, remaining));
  }
}
