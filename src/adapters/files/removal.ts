import { renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileErrorCode, makeDirectory, removeTree } from "./files.ts";

/**
 * Removes a directory that must never be seen half there: first it goes to the other one in one step, and from there
 * piece by piece. What an earlier removal left there, because it was cut short, goes along.
 */
export async function removeWhole(directory: string, name: string, by: string): Promise<void> {
  await makeDirectory(by);
  const place = join(by, `${name}-${crypto.randomUUID()}`);
  try {
    renameSync(join(directory, name), place);
  } catch (error) {
    // somebody else was faster
    if (fileErrorCode(error) !== "ENOENT") throw error;
  }
  await rm(place, { recursive: true, force: true });
  await removeTree(by);
}
