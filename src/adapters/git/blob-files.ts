import { AtomicFile } from "../files/atomic-file.ts";
import { readPiecewise } from "./blob-pieces.ts";
import { GitError, git } from "./command.ts";
import type { Repository } from "./repository.ts";

interface WantedBlob {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
}

/** Writes blobs to files as git reads them, without filters: however large one is, memory stays bounded. */
export function writeBlobFiles(repository: Repository, wanted: readonly WantedBlob[]): Promise<void> {
  const ids = wanted.map(({ id }) => id);
  return readPiecewise(repository, ids, (index) => new AtomicFile(wanted[index]?.file ?? ""));
}

/** Which of the blobs this clone has. */
export async function presentBlobs(
  repository: Repository,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const input = ids.map((id) => `${id}\n`).join("");
  const ask = ["cat-file", "--batch-check=%(objecttype) %(objectname)", "--buffer"];
  const output = await git(repository, ask, { input });
  return new Set([...output.toString("latin1").matchAll(/^blob ([0-9a-f]+)$/gm)].map(([, id = ""]) => id));
}

export async function blobSizes(repository: Repository, ids: readonly string[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const input = ids.map((id) => `${id}\n`).join("");
  const output = await git(
    repository,
    ["cat-file", "--batch-check=%(objectsize) %(objecttype)", "--buffer"],
    { input },
  );
  const lines = output.toString("latin1").trimEnd().split("\n");
  return lines.map((line) => {
    if (!line.endsWith(" blob")) throw new GitError(["cat-file"], "found an object missing", line);
    return Number.parseInt(line, 10);
  });
}
