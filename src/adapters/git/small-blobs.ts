import { git } from "./command.ts";
import type { Repository } from "./repository.ts";
import { readBlobs } from "./trees.ts";

/**
 * Reads blobs by their ids; null for one that is larger than `limit` bytes, which is not read at all. One that
 * is not here is a GitError.
 */
export async function readSmallBlobs(
  repository: Repository,
  ids: readonly string[],
  limit: number,
): Promise<(Buffer | null)[]> {
  if (ids.length === 0) return [];
  const input = ids.map((id) => `${id}\n`).join("");
  const output = await git(repository, ["cat-file", "--batch-check=%(objectsize)", "--buffer"], { input });
  const sizes = output.toString("latin1").trimEnd().split("\n");
  // "<id> missing" is no number: it is asked for all the same, and found missing.
  const small = ids.filter((_, index) => !(Number(sizes[index]) > limit));
  const blobs = await readBlobs(repository, small);
  const contents = new Map(small.map((id, index) => [id, blobs[index]?.bytes ?? null]));
  return ids.map((id) => contents.get(id) ?? null);
}
