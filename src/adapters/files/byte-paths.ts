import {
  type Dirent,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type FileKind, fileErrorCode } from "./files.ts";

// Paths in here are relative to a directory and bytes as Latin-1 text, one character a byte: a name need not be UTF-8.

function placeOf(directory: string, path: string): string | Buffer {
  if (/^[\x20-\x7e]*$/.test(path)) return path === "" ? directory : `${directory}/${path}`;
  return Buffer.concat([Buffer.from(`${directory}/`, "utf8"), Buffer.from(path, "latin1")]);
}

/** What is there, links not followed. */
export function kindBelow(directory: string, path: string): FileKind {
  const found = attempt(() => lstatSync(placeOf(directory, path)));
  if (found === null) return "absent";
  if (found.isSymbolicLink()) return "symlink";
  if (found.isFile()) return "file";
  return found.isDirectory() ? "directory" : "other";
}

/** The bytes of a regular file, as Latin-1 text; null where there is none that can be read. */
export function bytesBelow(directory: string, path: string): string | null {
  if (kindBelow(directory, path) !== "file") return null;
  return attempt(() => readFileSync(placeOf(directory, path)))?.toString("latin1") ?? null;
}

/** The same of a file that a setting names: links are followed. */
export function bytesOf(file: string): string | null {
  return attempt(() => readFileSync(file))?.toString("latin1") ?? null;
}

interface Entries {
  /** All that is no directory. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** False where there are more than were asked for. */
  readonly complete: boolean;
}

/** What lies below a directory, the nearest first; another repository in it counts as a directory with nothing in it. */
export function entriesBelow(directory: string, path: string, most: number): Entries {
  const files: string[] = [];
  const directories: string[] = [];
  const waiting = [path];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const entries = namesIn(directory, next);
    if (next !== path && isRepository(directory, next)) continue;
    if (files.length + directories.length + entries.files.length + entries.directories.length > most) {
      return { files, directories, complete: false };
    }
    files.push(...entries.files);
    directories.push(...entries.directories);
    waiting.push(...entries.directories);
  }
  return { files, directories, complete: true };
}

export function isRepository(directory: string, path: string): boolean {
  return kindBelow(directory, `${path}/.git`) !== "absent";
}

/** What lies right in a directory. */
export function namesIn(directory: string, path: string): Omit<Entries, "complete"> {
  const files: string[] = [];
  const directories: string[] = [];
  for (const entry of listed(directory, path)) {
    const found = path === "" ? entry.name : `${path}/${entry.name}`;
    if (!entry.isDirectory()) files.push(found);
    else if (entry.name !== ".git") directories.push(found);
  }
  return { files, directories };
}

function listed(directory: string, path: string): readonly Dirent[] {
  const options = { encoding: "latin1", withFileTypes: true } as const;
  return attempt(() => readdirSync(placeOf(directory, path), options)) ?? [];
}

/** A directory of its own outside every repository. */
export interface ScratchTree {
  readonly directory: string;
  /** With those that it lies in. */
  readonly makeDirectory: (path: string) => void;
  /** Its directory has to be there. */
  readonly write: (path: string, bytes: string) => void;
  readonly remove: () => void;
}

export function scratchTree(): ScratchTree {
  const directory = makeScratchDirectory();
  const directories = new Set([""]);
  const files = new Set<string>();
  const makeDirectory = (path: string): void => {
    if (directories.has(path)) return;
    makeDirectory(path.slice(0, Math.max(path.lastIndexOf("/"), 0)));
    makeOnce(placeOf(directory, path));
    directories.add(path);
  };
  const removeOwn = () => {
    for (const path of files) unlinkSync(placeOf(directory, path));
    for (const path of [...directories].reverse()) rmdirSync(placeOf(directory, path));
  };
  return {
    directory,
    makeDirectory,
    write: (path, bytes) => {
      files.add(path);
      writeFileSync(placeOf(directory, path), Buffer.from(bytes, "latin1"));
    },
    remove: () => {
      try {
        removeOwn();
      } catch {
        // Node takes 20 ms to load what this needs.
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

/** On a disk that does not tell case, another spelling may have made it. */
function makeOnce(place: string | Buffer): void {
  try {
    mkdirSync(place);
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw error;
  }
}

/** In memory where there is some: on a disk that others use, each file takes a millisecond and not a hundredth of it. */
function makeScratchDirectory(): string {
  const usual = tmpdir();
  for (const place of usual === "/tmp" ? ["/dev/shm", usual] : [usual]) {
    const made = attempt(() => mkdtempSync(join(realpathSync.native(place), "gate-scratch-")));
    if (made !== null) return made;
  }
  throw new Error(`there is no room for temporary files in ${usual}`);
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EACCES", "EROFS", "ELOOP", "ENAMETOOLONG"]);

function attempt<T>(question: () => T): T | null {
  try {
    return question();
  } catch (error) {
    if (ABSENT.has(fileErrorCode(error) ?? "")) return null;
    throw error;
  }
}

/** The directory that a path lies in, links followed as far as it is there. */
export function realPathOfParent(path: string): string {
  const parent = dirname(path);
  const real = attempt(() => realpathSync.native(parent));
  if (real !== null || parent === path) return real ?? parent;
  return join(realPathOfParent(parent), basename(parent));
}

/** The arguments of this process as the system holds them; empty where it does not tell. */
export async function commandLineBytes(): Promise<readonly string[]> {
  return bytesOf("/proc/self/cmdline")?.split("\0") ?? [];
}
