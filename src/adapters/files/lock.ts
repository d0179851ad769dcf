import { link, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { err, ok, type Result } from "../../result.ts";
import { fileErrorCode, temporaryBeside } from "./files.ts";

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel counts it; a reused pid has another. null where unknown. */
  readonly processStart: string | null;
  /** What it is doing, for people. */
  readonly purpose: string;
  /** RFC 3339. */
  readonly since: string;
}

export interface Lock {
  readonly release: () => Promise<void>;
}

/** Takes the lock or says who has it. A lock whose process is gone is taken over. */
export async function takeLock(
  path: string,
  purpose: string,
  since: string,
): Promise<Result<Lock, LockHolder>> {
  const mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: await processStart(process.pid),
    purpose,
    since,
  };
  const text = JSON.stringify(mine);
  for (;;) {
    if (await createWhole(path, text)) return ok({ release: () => release(path, text) });
    const held = await readHolder(path);
    if (held === "released") continue;
    if (held !== "unreadable" && (await isAlive(held))) return err(held);
    await removeAbandoned(path);
  }
}

/** A link is made in one step, so that nobody ever sees a lock that is half written. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const beside = temporaryBeside(path);
  const file = await open(beside, "wx");
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

async function readHolder(path: string): Promise<LockHolder | "released" | "unreadable"> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return "released";
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : "unreadable";
  } catch {
    return "unreadable";
  }
}

function isHolder(value: unknown): value is LockHolder {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "host" in value &&
    typeof value.host === "string" &&
    "processStart" in value &&
    "purpose" in value &&
    typeof value.purpose === "string" &&
    "since" in value &&
    typeof value.since === "string"
  );
}

/** A holder on another machine (a shared file system) counts as alive: it cannot be asked. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return fileErrorCode(error) === "EPERM";
  }
  const start = await processStart(holder.pid);
  return start === null || holder.processStart === null || start === holder.processStart;
}

async function processStart(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // the name in parentheses may hold anything; the 22nd field is the start time
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/** Two gates may find the same abandoned lock, and one of them a new one in its place: that goes back. */
async function removeAbandoned(path: string): Promise<void> {
  const aside = temporaryBeside(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return;
    throw error;
  }
  try {
    const moved = await readHolder(aside);
    if (moved !== "released" && moved !== "unreadable" && (await isAlive(moved))) await link(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
}

async function release(path: string, text: string): Promise<void> {
  try {
    if ((await readFile(path, "utf8")) === text) await rm(path, { force: true });
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw error;
  }
}
