import { readdirSync, readFileSync } from "node:fs";

/** A file of /proc or /sys; null where it is absent or may not be read (its process may just have ended). */
export function readKernelFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** Ids of all processes; null on systems without /proc. */
export function listProcessIds(): readonly number[] | null {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return null;
  }
  const ids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return ids.length === 0 ? null : ids;
}
