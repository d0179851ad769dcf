import { realpathSync } from "node:fs";

/** Where a path leads when every link is followed; null where that is nowhere. */
export async function realPathIfThere(path: string): Promise<string | null> {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
