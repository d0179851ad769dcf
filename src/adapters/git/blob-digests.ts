import { createHash } from "node:crypto";
import { readPiecewise } from "./blob-pieces.ts";
import type { Repository } from "./repository.ts";

/** The SHA-256 of each blob's content, in the same order: however large one is, memory stays bounded. */
export async function digestBlobs(repository: Repository, ids: readonly string[]): Promise<string[]> {
  const distinct = [...new Set(ids)];
  const digests = new Map<string, string>();
  await readPiecewise(repository, distinct, (index) => {
    const hash = createHash("sha256");
    return {
      write: (piece) => void hash.update(piece),
      finish: () => void digests.set(distinct[index] ?? "", hash.digest("hex")),
      abandon: () => undefined,
    };
  });
  return ids.map((id) => digests.get(id) ?? "");
}
