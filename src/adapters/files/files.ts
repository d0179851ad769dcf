import {
  closeSync,
  constants,
  createReadStream,
  lstatSync,
  mkdirSync,
  openSync,
  promises,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";

/** Node's error code, such as ENOENT; null for anything that is not a file-system error. */
export function fileErrorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(fileErrorCode(error) ?? "");
}

const REFUSALS = new Set(
  "EACCES EPERM EROFS ENOTDIR EEXIST EISDIR ENOTEMPTY ELOOP ENAMETOOLONG EMFILE ENFILE EBUSY EIO".split(" "),
);

/** What the file system has against gate, for people: a path and a reason; null for every other error. */
export function refusalOfFileSystem(error: unknown): string | null {
  if (!(error instanceof Error) || !REFUSALS.has(fileErrorCode(error) ?? "")) return null;
  const [, reason = error.message, path] = /^\w+: ([^,]+), \w+(?: '(.*?)')?/s.exec(error.message) ?? [];
  return path === undefined ? reason : `${path}: ${reason}`;
}

// Small things are done at once: to wait for another thread to do them takes ten times longer, and node:fs/promises
// is loaded where a large file is copied only.

/** null where there is no such file. A pipe is not waited for, and nobody's file: it is empty, or none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  return contentIfThere(path);
}

/** The same, for whoever cannot wait. */
export function contentIfThere(path: string): Buffer | null {
  try {
    const descriptor = openSync(path, WITHOUT_WAITING);
    try {
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EAGAIN"].includes(fileErrorCode(error) ?? "")) return null;
    throw error;
  }
}

/** The same, and null where it cannot be read for another reason. */
export async function readIfUsable(path: string): Promise<Buffer | null> {
  try {
    return await readIfThere(path);
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return null;
  }
}

/** Windows has no pipes among its files. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The file is the old one or the new one, whole, whatever happens. */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((descriptor: number) => Promise<void>),
): Promise<void> {
  const beside = temporaryBeside(path);
  const file = openNew(beside);
  try {
    try {
      if (typeof content === "function") await content(file);
      else writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Its directory is made where it is not there. */
export function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o666);
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "wx", 0o666);
  }
}

export function temporaryBeside(path: string): string {
  return `${dirname(path)}/.gate-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
}

/** Takes away what a killed `writeAtomically` left anywhere below a directory. */
export async function removeTemporaries(directory: string): Promise<void> {
  const names = await promises.readdir(directory, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => /^\.gate-\d+-[0-9a-z]+\.tmp$/.test(basename(one)))) {
    await promises.rm(join(directory, name), { force: true });
  }
}

/** Takes away files of a directory that bear such a name and that nobody has touched since then. */
export async function removeOld(directory: string, name: RegExp, before: Date): Promise<void> {
  for (const one of (await listDirectory(directory)).filter((entry) => name.test(entry))) {
    const file = join(directory, one);
    const stamp = await fileStamp(file);
    if (stamp !== null && stamp.modifiedMs < before.getTime()) rmSync(file, { force: true });
  }
}

/** Whether anything but directories lies below a directory. */
export async function holdsFiles(directory: string): Promise<boolean> {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  return found.some((entry) => !entry.isDirectory());
}

export type FileKind = "file" | "directory" | "symlink" | "other" | "absent";

/** What is at a path, links not followed. */
export async function kindOf(path: string | Buffer): Promise<FileKind> {
  try {
    const found = lstatSync(path);
    if (found.isSymbolicLink()) return "symlink";
    if (found.isFile()) return "file";
    return found.isDirectory() ? "directory" : "other";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return "absent";
    throw error;
  }
}

/** Whether what is there belongs to whom gate runs for. */
export function isOwnedByUser(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.uid === process.geteuid?.();
}

/** Tells file systems apart; null where nothing is there. */
export function deviceOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.dev ?? null;
}

interface FileStamp {
  readonly bytes: number;
  readonly modifiedMs: number;
  /** When it came to be there, or was changed in any way: unlike the other time, a copy cannot keep it. */
  readonly changedMs: number;
}

export async function fileStamp(path: string | Buffer): Promise<FileStamp | null> {
  try {
    const found = statSync(path);
    if (!found.isFile()) return null;
    return { bytes: found.size, modifiedMs: found.mtimeMs, changedMs: found.ctimeMs };
  } catch {
    return null;
  }
}

/** When a file, or the link that leads to it, was changed in any way; null where there is none. */
export async function lastChange(path: string | Buffer): Promise<number | null> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return found.ctimeMs;
  if (!found?.isSymbolicLink()) return null;
  return Math.max(found.ctimeMs, (await fileStamp(path))?.changedMs ?? 0);
}

/**
 * Tells one state of a file from another without reading it. `settled`: long enough ago that no later change
 * can bear the same times, even where the file system counts in seconds. null where there is no such file.
 */
export function stateOfFile(
  path: string,
  nowMs: number = Date.now(),
): { readonly state: string; readonly settled: boolean } | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = found;
  return { state: [dev, ino, size, mtimeNs, ctimeNs].join(" "), settled: nowMs - Number(ctimeMs) > 3_000 };
}

export async function makeDirectory(path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
}

/** False where it exists already. */
export async function makeNewDirectory(path: string): Promise<boolean> {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

export async function removeTree(path: string): Promise<void> {
  rmSync(path, { recursive: true, force: true });
}

/** Removes a file, then the directories above it that are empty now, up to `stopAt`. Above one without a text they stay. */
export async function removeFile(path: string | Buffer, stopAt: string): Promise<void> {
  rmSync(path, { force: true });
  if (typeof path !== "string") return;
  let directory = dirname(path);
  while (directory.startsWith(`${stopAt}/`)) {
    try {
      rmdirSync(directory);
    } catch {
      return;
    }
    directory = dirname(directory);
  }
}

export async function listDirectory(path: string): Promise<string[]> {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return [];
    throw error;
  }
}

/** Makes room for a directory where something else lies: a file or link is taken away, nothing is followed. */
export async function makePlainDirectory(path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === "directory") return;
  if (kind !== "absent") unlinkSync(path);
  mkdirSync(path, { recursive: true });
}

export function openToRead(path: string): Readable {
  return createReadStream(path, { highWaterMark: 1 << 20 });
}

/** The copy is whole or not there. */
export async function copyOf(from: string | Buffer, to: string): Promise<void> {
  const beside = temporaryBeside(to);
  try {
    await promises.copyFile(from, beside);
    await promises.rename(beside, to);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
