import { GitError, git } from "./command.ts";
import { type BlobId, blobId } from "./ids.ts";
import type { Repository } from "./repository.ts";

export interface BlobAt {
  readonly id: BlobId;
  readonly bytes: Buffer;
}

/** What lies at a name. null: nothing, or not a blob. */
export type BlobFound = BlobAt | "too-large" | null;

/**
 * Reads `<tree>:<path>` or an id for each name, all in one process. What is larger than `limit` bytes is never in
 * memory as a whole, however small it was in git. An object that git knows of and does not have is a GitError:
 * nothing may be concluded from it.
 */
export async function readBlobsUpTo(
  repository: Repository,
  names: readonly string[],
  limit: number,
): Promise<readonly BlobFound[]> {
  if (names.length === 0) return [];
  const reader = new BlobReader(names, limit);
  const input = names.map((name) => `${name}\n`).join("");
  const args = ["cat-file", "--batch", "--buffer"];
  await git(repository, args, { input, output: (chunk) => reader.take(chunk) });
  return reader.end();
}

interface OpenObject {
  readonly id: string;
  readonly type: string;
  readonly pieces: Buffer[];
  readonly kept: boolean;
  left: number;
}

/** Takes output of `cat-file --batch` in pieces: a header line, so many bytes and a newline for each object. */
class BlobReader {
  readonly #names: readonly string[];
  readonly #limit: number;
  readonly #found: BlobFound[] = [];
  #header = "";
  #open: OpenObject | null = null;
  #lost: string | null = null;

  constructor(names: readonly string[], limit: number) {
    this.#names = names;
    this.#limit = limit;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.#takeFrom(chunk, at);
  }

  end(): readonly BlobFound[] {
    if (this.#lost !== null) throw new GitError(["cat-file"], "found an object missing", this.#lost);
    if (this.#found.length < this.#names.length) throw new GitError(["cat-file", "--batch"], "broke off", "");
    return this.#found;
  }

  /** Says from where on the chunk is still to be taken. */
  #takeFrom(chunk: Buffer, at: number): number {
    const open = this.#open;
    if (open === null) return this.#takeHeader(chunk, at);
    if (open.left > 0) {
      const piece = chunk.subarray(at, at + open.left);
      if (open.kept) open.pieces.push(piece);
      open.left -= piece.length;
      return at + piece.length;
    }
    this.#open = null;
    this.#found.push(foundIn(open));
    return at + 1;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#header += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
    if (end === -1) return chunk.length;
    const [, id = "", type = "", size = ""] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(this.#header) ?? [];
    if (id === "") this.#takeAbsence(this.#header);
    else {
      const kept = type === "blob" && Number(size) <= this.#limit;
      this.#open = { id, type, pieces: [], kept, left: Number(size) };
    }
    this.#header = "";
    return end + 1;
  }

  /** "<name> missing": for an id in hand that is a lost object, for tree:path it is an absent path. */
  #takeAbsence(line: string): void {
    const name = this.#names[this.#found.length] ?? "";
    if (/^[0-9a-f]{40,}$/.test(name)) this.#lost ??= line;
    this.#found.push(null);
  }
}

function foundIn({ id, type, pieces, kept }: OpenObject): BlobFound {
  if (type !== "blob") return null;
  if (!kept) return "too-large";
  const [only] = pieces;
  return { id: blobId(id), bytes: only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces) };
}

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
  const blobs = await readBlobsUpTo(repository, small, limit);
  const contents = new Map(small.map((id, index) => [id, bytesOf(blobs[index])]));
  return ids.map((id) => contents.get(id) ?? null);
}

function bytesOf(found: BlobFound | undefined): Buffer | null {
  return found === undefined || found === null || found === "too-large" ? null : found.bytes;
}
