import { AtomicFile } from "../files/atomic-file.ts";
import { GitError, git } from "./command.ts";
import type { Repository } from "./repository.ts";

interface WantedBlob {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
}

/** Writes blobs to files as git reads them, without filters: however large one is, memory stays bounded. */
export async function writeBlobFiles(repository: Repository, wanted: readonly WantedBlob[]): Promise<void> {
  if (wanted.length === 0) return;
  const writer = new BlobWriter(wanted.map(({ file }) => file));
  try {
    await git(repository, ["cat-file", "--batch", "--buffer"], {
      input: wanted.map(({ id }) => `${id}\n`).join(""),
      output: (chunk) => writer.take(chunk),
    });
  } finally {
    writer.end();
  }
}

/** Takes output of `cat-file --batch` in pieces: a header line, so many bytes and a newline for each blob. */
class BlobWriter {
  readonly #files: readonly string[];
  #next = 0;
  #header = "";
  #open: { readonly file: AtomicFile; left: number } | null = null;
  #error: unknown = null;

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  take(chunk: Buffer): void {
    if (this.#error !== null) return;
    try {
      for (let at = 0; at < chunk.length; ) at = this.#takeFrom(chunk, at);
    } catch (error) {
      // Nobody could catch it here: it is thrown when git has ended.
      this.#error = error;
    }
  }

  end(): void {
    this.#open?.file.abandon();
    if (this.#error !== null) throw this.#error;
    if (this.#next < this.#files.length) throw new GitError(["cat-file"], "broke off", "");
  }

  /** Says from where on the chunk is still to be taken. */
  #takeFrom(chunk: Buffer, at: number): number {
    const open = this.#open;
    if (open === null) return this.#takeHeader(chunk, at);
    if (open.left > 0) {
      const piece = chunk.subarray(at, at + open.left);
      open.file.write(piece);
      open.left -= piece.length;
      return at + piece.length;
    }
    this.#open = null;
    open.file.finish();
    this.#next += 1;
    return at + 1;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#header += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
    if (end === -1) return chunk.length;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(this.#header)?.[1];
    if (size === undefined) throw new GitError(["cat-file"], "found no blob", this.#header);
    this.#open = { file: new AtomicFile(this.#files[this.#next] ?? ""), left: Number(size) };
    this.#header = "";
    return end + 1;
  }
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
