import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";

/** What lies below a directory; links are found and not followed. */
export interface FoundEntry {
  /** Relative to the directory, with `/`. What is no UTF-8 in it is replaced. */
  readonly path: string;
  readonly kind: EntryKind;
  /** 0 for what is no file. */
  readonly bytes: number;
  /** Tells this file in this state from every other one. */
  readonly state: string;
}

export type EntryKind =
  | "file"
  | "directory"
  | "symbolic link"
  | "hard link"
  | "fifo"
  | "socket"
  | "device"
  | "name that is not UTF-8";

/** A file that was not what it had been before by the time that all of it had been read. */
export class ChangedFile extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} changed while it was being read`);
    this.path = path;
  }
}

/** In no particular order; a directory that is left out is not looked into. */
export function walkTree(directory: string, isLeftOut: (path: string) => boolean): FoundEntry[] {
  const found: FoundEntry[] = [];
  const waiting = [""];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = entriesIn(directory, folder, isLeftOut);
    for (const entry of entries) found.push(entry);
    for (const { kind, path } of entries) if (kind === "directory") waiting.push(path);
  }
  return found;
}

function entriesIn(
  directory: string,
  folder: string,
  isLeftOut: (path: string) => boolean,
): readonly FoundEntry[] {
  return readdirSync(placeOf(directory, folder), { encoding: "buffer" }).flatMap((name) => {
    const text = name.toString("utf8");
    const path = folder === "" ? text : `${folder}/${text}`;
    if (isLeftOut(path)) return [];
    return (Buffer.from(text).equals(name) ? entryAt(directory, path) : misnamed(path)) ?? [];
  });
}

function placeOf(directory: string, path: string): string {
  return path === "" ? directory : `${directory}/${path}`;
}

function misnamed(path: string): FoundEntry {
  return { path, kind: "name that is not UTF-8", bytes: 0, state: "" };
}

type Stats = NonNullable<ReturnType<typeof statsAt>>;

/** null where it has gone since its name was read. */
function entryAt(directory: string, path: string): FoundEntry | null {
  const found = statsAt(placeOf(directory, path));
  if (found === undefined) return null;
  const kind = kindOf(found);
  return { path, kind, bytes: kind === "file" ? Number(found.size) : 0, state: stateOf(found) };
}

function statsAt(path: string) {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function kindOf(found: Stats): EntryKind {
  if (found.isFile()) return found.nlink > 1n ? "hard link" : "file";
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symbolic link";
  if (found.isFIFO()) return "fifo";
  return found.isSocket() ? "socket" : "device";
}

function stateOf({ dev, ino, size, mtimeNs }: Pick<Stats, "dev" | "ino" | "size" | "mtimeNs">): string {
  return [dev, ino, size, mtimeNs].join(" ");
}

const CHUNK = 1 << 20;

/** The content of a file that was found, as it was then: throws `ChangedFile` where it is not that any more. */
export function* readFound(directory: string, { path, state, bytes }: FoundEntry): Generator<Buffer> {
  const descriptor = openAsFound(directory, path);
  try {
    const assertSame = () => {
      if (stateOf(fstatSync(descriptor, { bigint: true })) !== state) throw new ChangedFile(path);
    };
    assertSame();
    for (let left = bytes; left > 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK));
      const read = readSync(descriptor, chunk);
      if (read === 0) throw new ChangedFile(path);
      left -= read;
      yield chunk.subarray(0, read);
    }
    assertSame();
  } finally {
    closeSync(descriptor);
  }
}

function openAsFound(directory: string, path: string): number {
  try {
    return openSync(placeOf(directory, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const gone = statsAt(placeOf(directory, path))?.isFile() !== true;
    throw gone ? new ChangedFile(path) : error;
  }
}
