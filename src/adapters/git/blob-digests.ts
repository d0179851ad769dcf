import { createHash } from "node:crypto";
import { blobSizes } from "./blob-files.ts";
import type { Repository } from "./repository.ts";
import { readBlobs } from "./trees.ts";

/** So much is in memory at once, or one blob if that is larger. */
const BATCH = 32 << 20;

/** The SHA-256 of each blob's content, in the same order. */
export async function digestBlobs(repository: Repository, ids: readonly string[]): Promise<string[]> {
  const sizes = await blobSizes(repository, ids);
  const digests: string[] = [];
  for (let start = 0; start < ids.length; ) {
    let end = start + 1;
    for (let bytes = sizes[start] ?? 0; end < ids.length; end += 1) {
      bytes += sizes[end] ?? 0;
      if (bytes > BATCH) break;
    }
    for (const blob of await readBlobs(repository, ids.slice(start, end))) {
      digests.push(
        createHash("sha256")
          .update(blob?.bytes ?? "")
          .digest("hex"),
      );
    }
    start = end;
  }
  return digests;
}
