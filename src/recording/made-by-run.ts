import { tmpdir } from "node:os";
import { existingRealPath } from "../adapters/files/editing.ts";
import { fileStamp } from "../adapters/files/files.ts";

/**
 * A test may write a program and start it: what it is made of may have any name. Made by the run is a file that came
 * to be there after it had started, or that was in a temporary directory and is gone: no checkout is there only for a
 * run.
 */
export async function madeByRun(started: Date): Promise<(path: string) => Promise<boolean>> {
  const temporary = await Promise.all([tmpdir(), "/tmp", "/var/tmp"].map(existingRealPath));
  return async (path) => {
    const stamp = await fileStamp(path);
    if (stamp !== null) return stamp.changedMs >= started.getTime();
    return temporary.some((directory) => path.startsWith(`${directory}/`));
  };
}
