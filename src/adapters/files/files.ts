import { constants, createReadStream } from "node:fs";
import {
  access,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";

/** Node's error code, such as ENOENT; null for anything that is not a file-system error. */
export function fileErrorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(fileErrorCode(error) ?? "");
}

/** null where there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return null;
    throw error;
  }
}

/** The file is the old one or the new one, whole, whatever happens. */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((descriptor: number) => Promise<void>),
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = temporaryBeside(path);
  try {
    const file = await open(beside, "wx", 0o666);
    try {
      await (typeof content === "function" ? content(file.fd) : file.writeFile(content));
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

export function temporaryBeside(path: string): string {
  return join(dirname(path), `.gate-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
}

export type FileKind = "file" | "directory" | "symlink" | "other" | "absent";

/** What is at a path, links not followed. */
export async function kindOf(path: string): Promise<FileKind> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return "symlink";
    if (found.isFile()) return "file";
    return found.isDirectory() ? "directory" : "other";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return "absent";
    throw error;
  }
}

export async function fileStamp(
  path: string,
): Promise<{ readonly bytes: number; readonly modifiedMs: number } | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? { bytes: found.size, modifiedMs: found.mtimeMs } : null;
  } catch {
    return null;
  }
}

export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/** False where it exists already. */
export async function makeNewDirectory(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes a file, then the directories above it that are empty now, up to `stopAt`. */
export async function removeFile(path: string, stopAt: string): Promise<void> {
  await rm(path, { force: true });
  let directory = dirname(path);
  while (directory.startsWith(`${stopAt}/`)) {
    try {
      await rmdir(directory);
    } catch {
      return;
    }
    directory = dirname(directory);
  }
}

export async function listDirectory(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return [];
    throw error;
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes room for a directory where something else lies: a file or link is taken away, nothing is followed. */
export async function makePlainDirectory(path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === "directory") return;
  if (kind !== "absent") await unlink(path);
  await mkdir(path, { recursive: true });
}

export function openToRead(path: string): Readable {
  return createReadStream(path, { highWaterMark: 1 << 20 });
}

export async function copyOf(from: string, to: string): Promise<void> {
  await copyFile(from, to);
}
