import { availableParallelism, machine, release, totalmem, type, userInfo } from "node:os";
import type { Gpu } from "./gpu.ts";

/** What the manifest says of the machine that ran the suite: nothing that names the machine or its user. */
export interface MachineFacts {
  /** Such as `Linux 6.1 x86_64`. */
  readonly os: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly gpus: readonly Pick<Gpu, "name" | "driver" | "memoryMiB">[];
}

export function machineFacts(gpus: readonly Gpu[]): MachineFacts {
  return {
    os: `${type()} ${majorAndMinor(release())} ${machine()}`,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    gpus: gpus.map(({ name, driver, memoryMiB }) => ({ name, driver, memoryMiB })),
  };
}

/** A kernel's full release often holds a build host's or a vendor's name. */
function majorAndMinor(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}

/** null for a user without an entry in the system's list, as in many containers. */
export function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
