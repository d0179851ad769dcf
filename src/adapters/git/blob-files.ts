import { GitError, git } from "./command.ts";
import type { Repository } from "./repository.ts";
import { readBlobs } from "./trees.ts";

/** Below this size blobs are read together; above it each streams to its file. */
const SMALL = 1 << 20;
const BATCH = 32 << 20;

interface WantedBlob {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
}

/** What a file is to hold: bytes, or something that writes them to a file descriptor. */
export type FileContent = Buffer | ((descriptor: number) => Promise<void>);

/** Hands each blob's content to `write`. Large ones go straight to a file, so that memory stays bounded. */
export async function writeBlobFiles(
  repository: Repository,
  wanted: readonly WantedBlob[],
  write: (file: string, content: FileContent) => Promise<void>,
): Promise<void> {
  const sizes = await blobSizes(
    repository,
    wanted.map(({ id }) => id),
  );
  let batch: WantedBlob[] = [];
  let batchBytes = 0;
  const flush = async () => {
    const blobs = await readBlobs(
      repository,
      batch.map(({ id }) => id),
    );
    for (const [index, { file }] of batch.entries()) {
      const blob = blobs[index];
      if (!blob) throw new GitError(["cat-file"], "found an object that is not a blob", "");
      await write(file, blob.bytes);
    }
    batch = [];
    batchBytes = 0;
  };
  for (const [index, one] of wanted.entries()) {
    const size = sizes[index] ?? 0;
    if (size > SMALL) {
      await write(one.file, async (output) => {
        await git(repository, ["cat-file", "blob", one.id], { output });
      });
      continue;
    }
    batch.push(one);
    batchBytes += size;
    if (batchBytes > BATCH) await flush();
  }
  await flush();
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
