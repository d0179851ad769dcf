import { fileStamp, readIfThere } from "../files/files.ts";
import { git, gitAnswer } from "./command.ts";
import { type BlobId, blobId, type TreeId, treeId } from "./ids.ts";
import { writeTree } from "./index.ts";
import type { Repository } from "./repository.ts";

/** So many small files go into a pack together: written and read one by one they take twice as long. */
const PACK = 1000;
const MANY = 100;
const SMALL_BYTES = 1 << 16;

/**
 * Stores files as blobs exactly as they are on disk: no filter, no line-ending conversion. Git streams
 * large files. Paths must not contain a newline (reports' names never do).
 */
export async function writeBlobs(repository: Repository, files: readonly string[]): Promise<BlobId[]> {
  const stamps = await Promise.all(files.map(fileStamp));
  const isSmall = (_: string, index: number) => (stamps[index]?.bytes ?? SMALL_BYTES) < SMALL_BYTES;
  const small = files.filter(isSmall);
  if (small.length < MANY) return hashObjects(repository, files, ["-w"]);
  const large = files.filter((file, index) => !isSmall(file, index));
  const largeIds = await hashObjects(repository, large, ["-w"]);
  const ids = new Map(large.map((file, index) => [file, largeIds[index]]));
  for (let start = 0; start < small.length; start += PACK) {
    const together = small.slice(start, start + PACK);
    const packed = await packFiles(repository, together);
    for (const [index, file] of together.entries()) ids.set(file, packed[index]);
  }
  return files.map((file) => blobId(ids.get(file) ?? ""));
}

async function packFiles(repository: Repository, files: readonly string[]): Promise<BlobId[]> {
  const contents = await Promise.all(files.map(readIfThere));
  const commands = contents.flatMap((content, index) => {
    if (content === null) throw new Error(`${files[index]} went away while it was stored`);
    const head = `blob\nmark :${index + 1}\ndata ${content.length}\n`;
    return [Buffer.from(head), content, Buffer.from(`\nget-mark :${index + 1}\n`)];
  });
  return idsOf(await git(repository, ["fast-import", "--quiet"], { input: Buffer.concat(commands) }));
}

async function hashObjects(
  repository: Repository,
  files: readonly string[],
  flags: readonly string[],
): Promise<BlobId[]> {
  if (files.length === 0) return [];
  const input = files.map((file) => `${file}\n`).join("");
  return idsOf(await git(repository, ["hash-object", ...flags, "--no-filters", "--stdin-paths"], { input }));
}

function idsOf(output: Buffer): BlobId[] {
  return output.toString("latin1").trimEnd().split("\n").map(blobId);
}

/** Stores a tree of regular files. `scratchIndex` is a path for a temporary index; the caller removes it. */
export async function writeTreeOf(
  repository: Repository,
  files: readonly { readonly path: string; readonly blob: string }[],
  scratchIndex: string,
): Promise<TreeId> {
  const input = files.map(({ path, blob }) => `100644 ${blob}\t${path}\0`).join("");
  const environment = { GIT_INDEX_FILE: scratchIndex };
  await git(repository, ["update-index", "-z", "--index-info"], { input, environment });
  const tree = await writeTree(repository, { file: scratchIndex });
  if (!tree.ok) throw new Error("a tree of merged entries cannot be unmerged");
  return tree.value;
}

export interface Reference {
  readonly name: string;
  readonly id: string;
}

/** References below a prefix, newest object creation unknown to git for trees, so in order of name. */
export async function listReferences(repository: Repository, prefix: string): Promise<Reference[]> {
  const output = await git(repository, ["for-each-ref", "--format=%(objectname) %(refname)", prefix]);
  return output
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const space = line.indexOf(" ");
      return { id: line.slice(0, space), name: line.slice(space + 1) };
    });
}

export async function updateReferences(
  repository: Repository,
  create: readonly Reference[],
  remove: readonly string[] = [],
): Promise<void> {
  const lines = [
    ...create.map(({ name, id }) => `update ${name} ${id}\n`),
    ...remove.map((name) => `delete ${name}\n`),
  ];
  if (lines.length > 0) await git(repository, ["update-ref", "--stdin"], { input: lines.join("") });
}

export async function treeIsComplete(repository: Repository, tree: TreeId): Promise<boolean> {
  const answer = await gitAnswer(repository, ["rev-list", "--objects", "--quiet", tree], { accept: [128] });
  return answer.code === 0;
}

/** The id of `path`, a directory, in a tree; null where there is none. */
export async function subtree(repository: Repository, tree: TreeId, path: string): Promise<TreeId | null> {
  const answer = await gitAnswer(repository, ["rev-parse", "--verify", "--quiet", `${tree}:${path}`], {
    accept: [1, 128],
  });
  return answer.code === 0 ? treeId(answer.stdout.toString("latin1").trim()) : null;
}

/** The blob ids that files on disk have as they are, without storing anything. */
export function blobIdsOfFiles(repository: Repository, files: readonly string[]): Promise<BlobId[]> {
  return hashObjects(repository, files, []);
}
