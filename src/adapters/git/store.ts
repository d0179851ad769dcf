import { git } from "./command.ts";
import { type FastImport, withFastImport } from "./fast-import.ts";
import { type BlobId, blobId, type TreeId, treeId } from "./ids.ts";
import { pathText } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** Takes blobs while the caller makes the next ones. They are stored when `storeBlobs` has returned. */
export interface BlobStore {
  /** Small contents, which are packed together: one by one they take several times longer. */
  put(content: Uint8Array): void;
  /** A file of any size, as it is on disk. Its path must not contain a newline (reports' names never do). */
  putFile(path: string): void;
  /** Waits until git has taken what was put, so that it does not pile up in memory. */
  caughtUp(): Promise<void>;
  /** Of all that was put, in that order. */
  ids(): Promise<readonly BlobId[]>;
}

/** Stores blobs without filters or line-ending conversion, in one pack where they are many. */
export function storeBlobs<T>(repository: Repository, action: (store: BlobStore) => Promise<T>): Promise<T> {
  return withFastImport(repository, (objects) => action(new PackingStore(repository, objects)));
}

/** Stores a few files as blobs, exactly as they are on disk. Their paths must not contain a newline. */
export function writeBlobs(repository: Repository, files: readonly string[]): Promise<BlobId[]> {
  return hashObjects(repository, files, ["-w"]);
}

/** Where a blob's id comes from: the number of its mark, or the number of its file. */
type Source = { readonly mark: number } | { readonly file: number };

class PackingStore implements BlobStore {
  readonly #repository: Repository;
  readonly #objects: FastImport;
  readonly #sources: Source[] = [];
  readonly #files: string[] = [];
  readonly #fileIds: BlobId[] = [];
  #marks = 0;
  #marksAsked = 0;

  constructor(repository: Repository, objects: FastImport) {
    this.#repository = repository;
    this.#objects = objects;
  }

  put(content: Uint8Array): void {
    this.#sources.push({ mark: this.#marks });
    this.#marks += 1;
    this.#objects.write(`blob\nmark :${this.#marks}\ndata ${content.length}\n`, content, "\n");
  }

  putFile(path: string): void {
    this.#sources.push({ file: this.#files.length });
    this.#files.push(path);
  }

  caughtUp(): Promise<void> {
    return this.#objects.caughtUp();
  }

  async ids(): Promise<readonly BlobId[]> {
    const files = this.#files.slice(this.#fileIds.length);
    this.#fileIds.push(...(await writeBlobs(this.#repository, files)));
    for (; this.#marksAsked < this.#marks; this.#marksAsked += 1)
      this.#objects.write(`get-mark :${this.#marksAsked + 1}\n`);
    const markIds = await this.#objects.answers(this.#marks);
    return this.#sources.map((source) =>
      blobId(("mark" in source ? markIds[source.mark] : this.#fileIds[source.file]) ?? ""),
    );
  }
}

async function hashObjects(
  repository: Repository,
  files: readonly (string | Buffer)[],
  flags: readonly string[],
): Promise<BlobId[]> {
  if (files.length === 0) return [];
  const input = files.map((file) => `${typeof file === "string" ? file : pathText(file)}\n`).join("");
  const output = await git(repository, ["hash-object", ...flags, "--no-filters", "--stdin-paths"], { input });
  return output.toString("latin1").trimEnd().split("\n").map(blobId);
}

/**
 * Stores a tree of regular files, with all its directories in one pack. fast-import makes a tree for a commit
 * only; that one is of no files and no time, so it is always the same and takes no room.
 */
export function writeTreeOf(
  repository: Repository,
  files: readonly { readonly path: string; readonly blob: string }[],
): Promise<TreeId> {
  return withFastImport(repository, async (objects) => {
    objects.write("commit refs/heads/reports\ncommitter gate <gate> 0 +0000\ndata 0\n");
    objects.write(files.map(({ path, blob }) => `M 100644 ${blob} ${quoted(path)}\n`).join(""));
    objects.write('ls ""\ndeleteall\n');
    const [answer = ""] = await objects.answers(1);
    return treeId(/^040000 tree ([0-9a-f]+)\t/.exec(answer)?.[1] ?? "");
  });
}

/** A path as fast-import reads it between quotes. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
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

/** The blob ids that files on disk have as they are, without storing anything. */
export function blobIdsOfFiles(
  repository: Repository,
  files: readonly (string | Buffer)[],
): Promise<BlobId[]> {
  return hashObjects(repository, files, []);
}
