import { linkSync, lstatSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { err, ok, type Result } from "../../result.ts";
import { contentIfThere, fileErrorCode, temporaryBeside } from "./files.ts";
import { bootId, isAlive, lifeOf, processNamespace } from "./life.ts";

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel counts it; a reused pid has another. null where unknown. */
  readonly processStart: string | null;
  /** Since when the machine runs, and within which of its containers the pid means something. null where unknown. */
  readonly boot: string | null;
  readonly processNamespace: string | null;
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
    processStart: lifeOf(process.pid)?.start ?? null,
    boot: bootId(),
    processNamespace: processNamespace(),
    purpose,
    since,
  };
  return take(path, mine);
}

/** Who has a lock right now, and whether that process is there; null where nobody has it, or it is no lock. */
export async function inspectLock(
  path: string,
): Promise<{ readonly holder: LockHolder; readonly alive: boolean } | null> {
  const holder = (await readLock(path))?.holder ?? null;
  return holder === null ? null : { holder, alive: isThere(holder) };
}

async function take(path: string, mine: LockHolder): Promise<Result<Lock, LockHolder>> {
  // Unique, so that a lock is never mistaken for an earlier one of the same process.
  const text = JSON.stringify({ ...mine, token: crypto.randomUUID() });
  for (;;) {
    if (await createWhole(path, text)) return ok(heldLock(path, text));
    const found = await readLock(path);
    if (found === null) continue;
    if (found.holder !== null && isThere(found.holder)) return err(found.holder);
    const cleared = await removeAbandoned(path, found.text, mine);
    if (!cleared.ok) return cleared;
  }
}

/** A link is made in one step, so that nobody ever sees a lock that is half written. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const beside = temporaryBeside(path);
  try {
    writeFileSync(beside, text, { flag: "wx" });
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

interface FoundLock {
  readonly text: string;
  /** null where the text is not a lock's. */
  readonly holder: LockHolder | null;
}

/** null where there is none any more. */
async function readLock(path: string): Promise<FoundLock | null> {
  const text = textOf(path);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return { text, holder: isHolder(value) ? value : null };
  } catch {
    return { text, holder: null };
  }
}

function textOf(path: string): string | null {
  const content = contentIfThere(path);
  if (content !== null) return content.toString("utf8");
  // A link that leads nowhere is there, and nobody's lock.
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : "";
}

function isHolder(value: unknown): value is LockHolder {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    Number.isSafeInteger(value.pid) &&
    value.pid > 0 &&
    "host" in value &&
    typeof value.host === "string" &&
    "processStart" in value &&
    "boot" in value &&
    "processNamespace" in value &&
    "purpose" in value &&
    typeof value.purpose === "string" &&
    "since" in value &&
    typeof value.since === "string"
  );
}

/**
 * A holder on another machine (a shared file system), or in another container of this one, counts as alive: it cannot
 * be asked. Before the machine was started anew nothing counts.
 */
function isThere({ host, boot, processNamespace: where, pid, processStart }: LockHolder): boolean {
  if (host !== hostname()) return true;
  if (boot !== bootId()) return false;
  return where !== processNamespace() || isAlive(pid, processStart);
}

/**
 * Several gates may find the same abandoned lock. One at a time removes it, under a lock that is named
 * after it: so nobody removes the new lock that has taken its place meanwhile.
 */
async function removeAbandoned(
  path: string,
  text: string,
  mine: LockHolder,
): Promise<Result<null, LockHolder>> {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const guard = await take(`${path}.${name}`, mine);
  if (!guard.ok) return guard;
  try {
    if (textOf(path) === text) rmSync(path, { force: true });
  } finally {
    await guard.value.release();
  }
  return ok(null);
}

/** Given back at the latest when the process exits, as it does at once on a second Ctrl-C. */
function heldLock(path: string, text: string): Lock {
  const release = () => {
    if (textOf(path) === text) rmSync(path, { force: true });
  };
  process.once("exit", release);
  return {
    release: async () => {
      process.off("exit", release);
      release();
    },
  };
}
