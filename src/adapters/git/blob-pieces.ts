import { GitError, git } from "./command.ts";
import type { Repository } from "./repository.ts";

/** Takes one blob piece by piece. */
export interface BlobSink {
  write(piece: Buffer): void;
  finish(): void;
  /** The rest does not come. */
  abandon(): void;
}

/** Reads blobs as git has them, one after the other: however large one is, memory stays bounded. */
export async function readPiecewise(
  repository: Repository,
  ids: readonly string[],
  sinkOf: (index: number) => BlobSink,
): Promise<void> {
  if (ids.length === 0) return;
  const pieces = new BlobPieces(sinkOf);
  try {
    await git(repository, ["cat-file", "--batch", "--buffer"], {
      input: ids.map((id) => `${id}\n`).join(""),
      output: (chunk) => pieces.take(chunk),
    });
  } finally {
    pieces.end();
  }
  if (pieces.taken < ids.length) throw new GitError(["cat-file"], "broke off", "");
}

/** Takes output of `cat-file --batch` in pieces: a header line, so many bytes and a newline for each blob. */
class BlobPieces {
  readonly #sinkOf: (index: number) => BlobSink;
  #taken = 0;
  #header = "";
  #open: { readonly sink: BlobSink; left: number } | null = null;
  #error: unknown = null;

  constructor(sinkOf: (index: number) => BlobSink) {
    this.#sinkOf = sinkOf;
  }

  get taken(): number {
    return this.#taken;
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
    this.#open?.sink.abandon();
    if (this.#error !== null) throw this.#error;
  }

  /** Says from where on the chunk is still to be taken. */
  #takeFrom(chunk: Buffer, at: number): number {
    const open = this.#open;
    if (open === null) return this.#takeHeader(chunk, at);
    if (open.left > 0) {
      const piece = chunk.subarray(at, at + open.left);
      open.sink.write(piece);
      open.left -= piece.length;
      return at + piece.length;
    }
    this.#open = null;
    open.sink.finish();
    this.#taken += 1;
    return at + 1;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#header += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
    if (end === -1) return chunk.length;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(this.#header)?.[1];
    if (size === undefined) throw new GitError(["cat-file"], "found no blob", this.#header);
    this.#open = { sink: this.#sinkOf(this.#taken), left: Number(size) };
    this.#header = "";
    return end + 1;
  }
}
