import { fchmodSync, fstatSync, promises, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { err, ok, type Result } from "../../result.ts";
import { fileErrorCode, kindOf, writeAtomically } from "./files.ts";

const LARGEST = 1 << 20;

/** A file of the user's that gate may read and edit: text, below `root`, links that stay there followed. */
export interface EditableFile {
  /** null where there is none yet. */
  readonly text: string | null;
  readonly executable: boolean;
}

/** What is wrong with it goes on from its name: "is a directory". */
export async function readEditable(root: string, path: string): Promise<Result<EditableFile, string>> {
  try {
    const target = await locate(root, path);
    if (!target.ok) return target;
    if (target.value.mode === null) return ok({ text: null, executable: false });
    const text = decode(await promises.readFile(target.value.file));
    return text.ok ? ok({ text: text.value, executable: (target.value.mode & 0o111) !== 0 }) : text;
  } catch (error) {
    return err(`cannot be read: ${reasonOf(error)}`);
  }
}

interface Rewrite {
  /** What the file held when the edit was planned; null where it was not there. */
  readonly before: string | null;
  readonly after: string;
  /** Of a new file; one that is there keeps its mode. */
  readonly executable: boolean;
}

/** Replaces the text in one step. Refused where the file is no longer what the edit was planned on. */
export async function writeEditable(
  root: string,
  path: string,
  { before, after, executable }: Rewrite,
): Promise<Result<null, string>> {
  const now = await readEditable(root, path);
  if (!now.ok) return now;
  if (now.value.text !== before) return err("changed since the edit was shown");
  try {
    const target = await locate(root, path);
    if (!target.ok) return target;
    const { file, mode } = target.value;
    await writeAtomically(file, async (descriptor) => {
      const fresh = fstatSync(descriptor).mode & 0o777;
      const runnable = executable ? fresh | ((fresh & 0o444) >> 2) : fresh;
      writeFileSync(descriptor, after);
      fchmodSync(descriptor, mode ?? runnable);
    });
    return ok(null);
  } catch (error) {
    return err(reasonOf(error));
  }
}

interface Target {
  /** The real place, links followed. */
  readonly file: string;
  /** null where nothing is there yet. */
  readonly mode: number | null;
}

async function locate(root: string, path: string): Promise<Result<Target, string>> {
  const file = resolve(root, path);
  if ((await kindOf(file)) === "absent") {
    if (!(await leadsInside(root, dirname(file)))) return err(`lies behind a link that leads out of ${root}`);
    return ok({ file, mode: null });
  }
  const real = await realPath(file);
  if (real === null) return err("is a symbolic link that leads nowhere");
  if (!(await leadsInside(root, real))) return err(`is a symbolic link that leads out of ${root}`);
  const found = await promises.lstat(real);
  if (found.isDirectory()) return err("is a directory");
  if (!found.isFile()) return err("is not a regular file");
  if (found.size > LARGEST) return err(`is larger than 1 MiB (${found.size} bytes)`);
  return ok({ file: real, mode: found.mode & 0o7777 });
}

async function leadsInside(root: string, path: string): Promise<boolean> {
  const top = await existingRealPath(root);
  const real = await existingRealPath(path);
  return real === top || real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`);
}

/** Of a path that need not be there yet: what exists of it is resolved. */
export async function existingRealPath(path: string): Promise<string> {
  const real = await realPath(path);
  if (real !== null) return real;
  const parent = dirname(path);
  return parent === path ? path : join(await existingRealPath(parent), path.slice(parent.length));
}

async function realPath(path: string): Promise<string | null> {
  try {
    return await promises.realpath(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(fileErrorCode(error) ?? "")) return null;
    throw error;
  }
}

function decode(bytes: Buffer): Result<string, string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? err("is not a text file") : ok(text);
  } catch {
    return err("is not UTF-8 text");
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a file lies where a directory is needed",
  EEXIST: "a file lies where a directory is needed",
  ELOOP: "a circle of symbolic links",
};

function reasonOf(error: unknown): string {
  const reason = REASONS[fileErrorCode(error) ?? ""];
  if (reason === undefined) throw error;
  return reason;
}

/** A directory of its own outside every repository, gone when `use` has ended. */
export async function withScratchDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await promises.mkdtemp(join(await promises.realpath(tmpdir()), "gate-scratch-"));
  try {
    return await use(directory);
  } finally {
    await promises.rm(directory, { recursive: true, force: true });
  }
}
