import { readdirSync, readFileSync, readlinkSync } from "node:fs";

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

/** Where the open files of a process lead (`socket:[1234]`); empty where that may not be seen. */
export function openFilesOf(pid: number): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [readlinkSync(`${directory}/${name}`)];
    } catch {
      return [];
    }
  });
}
