import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileErrorCode, temporaryBeside } from "./files.ts";

/** Where every user of a machine may write, the first that there is: the same for all of them. */
const COMMON_PLACES = ["/run/lock", "/tmp"];
const FOR_ALL = 0o1777;
const FOR_ALL_TO_READ = 0o644;
const LONGEST = 16 * 1024;

/** A directory of this name for all users of the machine, whatever each has as temporary directory. */
export function machineDirectory(name: string): string {
  const place = COMMON_PLACES.find((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() && (found.mode & FOR_ALL) === FOR_ALL;
  });
  return join(place ?? tmpdir(), name);
}

/**
 * Makes a directory in which each user leaves files of their own, and nobody can take away another's. Throws where
 * there is something else.
 */
export function makeSharedDirectory(path: string): void {
  if (isDirectory(path)) return;
  // whole at once, so that nobody comes upon one that does not let them in
  const beside = temporaryBeside(path);
  mkdirSync(beside, { recursive: true });
  try {
    chmodSync(beside, FOR_ALL);
    renameSync(beside, path);
  } catch (error) {
    rmdirSync(beside);
    if (!isDirectory(path)) throw error;
  }
}

/** Not a link to one: that could lead anywhere. */
function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export interface SharedFile {
  readonly text: string;
  /** The user whose file it is. */
  readonly owner: number;
  readonly modifiedMs: number;
}

/**
 * A small file that anybody may have left there: no link is followed, nothing is waited for. null where there is
 * none; `unreadable` where it is no file that can be read.
 */
export function readShared(path: string): SharedFile | "unreadable" | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return fileErrorCode(error) === "ENOENT" ? null : "unreadable";
  }
  try {
    const found = fstatSync(file);
    const content = found.isFile() ? beginningOf(file) : null;
    if (content === null || content.length > LONGEST) return "unreadable";
    return { text: content.toString("utf8"), owner: found.uid, modifiedMs: found.mtimeMs };
  } finally {
    closeSync(file);
  }
}

/** One byte more than is taken, at most: what a file says of its size binds nobody. */
function beginningOf(file: number): Buffer {
  const content = Buffer.allocUnsafe(LONGEST + 1);
  for (let length = 0; ; ) {
    const read = readSync(file, content, length, content.length - length, null);
    length += read;
    if (read === 0 || length === content.length) return content.subarray(0, length);
  }
}

/** The file is there whole, for all to read, or not at all. False where one of this name is there already. */
export function placeShared(path: string, text: string): boolean {
  const beside = temporaryBeside(path);
  const file = openSync(beside, "wx");
  try {
    writeFileSync(file, text);
    fchmodSync(file, FOR_ALL_TO_READ);
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    closeSync(file);
    rmSync(beside, { force: true });
  }
}

/** Shows that whoever placed the file is still there. False where it is gone. A link in its place leads nowhere. */
export function touchShared(path: string, now: Date): boolean {
  try {
    lutimesSync(path, now, now);
    return true;
  } catch {
    return false;
  }
}

/** Takes a file away, as far as one may. */
export function removeShared(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // another user's: whoever reads it knows whether it still counts
  }
}

/** Names of the files with this ending, without it. */
export function sharedNames(directory: string, ending: string): readonly string[] {
  return listed(directory)
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => basename(name, ending));
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
