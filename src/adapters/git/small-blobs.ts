import { GitError, git } from "./command.ts";
import { type BlobId, blobId } from "./ids.ts";
import { askForObjects } from "./object-dialogue.ts";
import { type ObjectFound, ObjectStream } from "./object-stream.ts";
import type { Repository } from "./repository.ts";

export interface BlobAt {
  readonly id: BlobId;
  readonly bytes: Buffer;
}

/** What lies at a name. null: nothing, or not a blob. */
export type BlobFound = BlobAt | "too-large" | null;

/** For more names than these a git of their own answers faster. */
const FEW = 32;

/**
 * Reads `<tree>:<path>` or an id for each name. What is larger than `limit` bytes is never in memory as a whole,
 * however small it was in git. An object that git knows of and does not have is a GitError: nothing may be concluded
 * from it.
 */
export async function readBlobsUpTo(
  repository: Repository,
  names: readonly string[],
  limit: number,
): Promise<readonly BlobFound[]> {
  const objects = await readObjects(repository, names, limit);
  const lost = objects.find((object, index) => object.kind === "absent" && isId(names[index] ?? ""));
  if (lost?.kind === "absent") throw new GitError(["cat-file"], "found an object missing", lost.said);
  return objects.map(blobIn);
}

/** `<tree>:<path>` may be an absent path; an id in hand that is not here is a lost object. */
const isId = (name: string) => /^[0-9a-f]{40,}$/.test(name);

function blobIn(object: ObjectFound): BlobFound {
  if (object.kind === "absent" || object.type !== "blob") return null;
  return object.kind === "too-large" ? "too-large" : { id: blobId(object.id), bytes: object.bytes };
}

/** What lies at each name, in that order. */
export async function readObjects(
  repository: Repository,
  names: readonly string[],
  limit: number,
): Promise<readonly ObjectFound[]> {
  if (names.length === 0) return [];
  // A line end would part one name into two.
  const askable = names.length <= FEW && !names.some((name) => name.includes("\n"));
  const answer = askable ? await askForObjects(repository, names, limit) : null;
  if (answer !== null) return answer;
  const found: ObjectFound[] = [];
  const stream = new ObjectStream(
    () => limit,
    (object) => found.push(object),
  );
  const input = names.map((name) => `${name}\n`).join("");
  const args = ["cat-file", "--batch", "--buffer"];
  await git(repository, args, { input, output: (chunk) => stream.take(chunk) });
  if (found.length < names.length) throw new GitError(["cat-file", "--batch"], "broke off", "");
  return found;
}

/** Reads blobs by their ids; null for one that is larger than `limit` bytes. One that is not here is a GitError. */
export async function readSmallBlobs(
  repository: Repository,
  ids: readonly string[],
  limit: number,
): Promise<(Buffer | null)[]> {
  const distinct = [...new Set(ids)];
  const small = distinct.length > FEW ? await notLarger(repository, distinct, limit) : distinct;
  const blobs = await readBlobsUpTo(repository, small, limit);
  const contents = new Map(small.map((id, index) => [id, bytesOf(blobs[index])]));
  return ids.map((id) => contents.get(id) ?? null);
}

/** Of many nothing large is read at all. */
async function notLarger(
  repository: Repository,
  ids: readonly string[],
  limit: number,
): Promise<readonly string[]> {
  const input = ids.map((id) => `${id}\n`).join("");
  const output = await git(repository, ["cat-file", "--batch-check=%(objectsize)", "--buffer"], { input });
  const sizes = output.toString("latin1").trimEnd().split("\n");
  // "<id> missing" is no number: it is asked for all the same, and found missing.
  return ids.filter((_, index) => !(Number(sizes[index]) > limit));
}

function bytesOf(found: BlobFound | undefined): Buffer | null {
  return found === undefined || found === null || found === "too-large" ? null : found.bytes;
}
