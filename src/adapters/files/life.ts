import { readlinkSync } from "node:fs";
import { fileErrorCode } from "./files.ts";
import { readKernelFile } from "./kernel.ts";

/** What the kernel says of a process. With the number its start names a process for good: numbers are given out again. */
export interface Life {
  /** When it started, as the kernel counts. */
  readonly start: string | null;
  readonly parent: number | null;
  /** It ended and its parent has not noticed: in a container without an init process for ever. */
  readonly ended: boolean;
}

/** null where the kernel cannot be asked: the process is gone, hidden, or there is no /proc. */
export function lifeOf(pid: number): Life | null {
  const text = readKernelFile(`/proc/${pid}/stat`)?.toString("latin1");
  if (text === undefined) return null;
  // the name in parentheses may hold anything; after it come the state, the parent, and 18 fields later the start
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const parent = Number(fields[1]);
  return {
    start: fields[19] ?? null,
    parent: Number.isSafeInteger(parent) && parent > 0 ? parent : null,
    ended: ["Z", "X"].includes(fields[0] ?? ""),
  };
}

/** What a process is called, in the first 15 bytes of it; null where that is not to be seen. */
export function nameOf(pid: number): string | null {
  return readKernelFile(`/proc/${pid}/comm`)?.toString("latin1").trimEnd() ?? null;
}

/** Whether a process of this number is there now, and started when it is said to have. */
export function isAlive(pid: number, start: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (fileErrorCode(error) !== "EPERM") return false;
  }
  const life = lifeOf(pid);
  if (life === null) return true;
  return !life.ended && (start === null || life.start === start);
}

/** Whose rights a process has; null where that is not to be seen. */
export function userOf(pid: number): number | null {
  const status = readKernelFile(`/proc/${pid}/status`)?.toString("latin1") ?? "";
  const effective = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return effective === undefined ? null : Number(effective);
}

/** The same until the machine starts anew; null where the system does not say. */
export function bootId(): string | null {
  return readKernelFile("/proc/sys/kernel/random/boot_id")?.toString("latin1").trim() ?? null;
}

/** Within which processes' numbers mean something: a container has its own. null where the system does not say. */
export function processNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}
