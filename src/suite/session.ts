import { join } from "node:path";
import {
  kindOf,
  listDirectory,
  makeDirectory,
  makeNewDirectory,
  readIfThere,
  removeTree,
  writeAtomically,
} from "../adapters/files/files.ts";
import { freeBytes } from "../adapters/files/free-space.ts";
import type { Grouping } from "../config/configuration.ts";
import type { TestOutcome } from "../protocol.ts";
import type { MachineFacts } from "./machine.ts";
import type { ProcessEnd, Verdict } from "./results.ts";
import { hasRecordForm } from "./session-form.ts";
import type { TestCounts } from "./verdict.ts";

/** One execution of a suite. Its directory holds everything raw; git ignores it. */
export interface SessionFolder {
  /** `RUN_YYYYMMDD_HHMMSS` in UTC, with `_2` and so on for a second one in the same second. */
  readonly name: string;
  readonly directory: string;
  readonly record: string;
  /** What the reporters are told. */
  readonly settings: string;
  /** The ids of the tests that ended in earlier parts, as JSON; null where this is the first part. */
  readonly ended: string | null;
  readonly output: string;
  readonly events: string;
  readonly artifacts: string;
  /** Logs that came as text of events or of JUnit XML, as files. */
  readonly texts: string;
  /** Reports while they are being made. */
  readonly staging: string;
  /** Room on the disk, given back when the suite has ended: so that its end can be noted on a full one. */
  readonly reserve: string;
}

/** `session.json`: written when the run starts and again when it ends. */
export interface SessionRecord {
  readonly schema: "gate/session@1";
  readonly name: string;
  readonly suite: string;
  readonly fingerprint: string;
  readonly command: string;
  /** Marks the suite's processes; unique on this machine. */
  readonly mark: string;
  readonly started: string;
  readonly machine: MachineFacts;
  /** Files that the inputs' patterns match and git ignores: part of the run, not of the fingerprint. */
  readonly ignoredInputs: readonly string[];
  /** null while it runs, or when gate was killed before the suite had ended. */
  readonly ended: SessionEnd | null;
  /** The evidence made from it; null where it was refused or not accepted. */
  readonly evidence: string | null;
  /** The starts of the suite's command, where it was resumed; absent where it was started once. */
  readonly parts?: readonly SessionPart[];
  /** By what its tests are kept together; sessions of an older gate do not say. */
  readonly groupings?: { readonly domains: Grouping; readonly steps: Grouping };
}

/** One start of the suite's command in a session that was resumed. */
export interface SessionPart {
  /** Marks its processes; the record's own mark is that of the last part. */
  readonly mark: string;
  readonly started: string;
  /** null while it runs, and where gate was killed until it is resumed again. */
  readonly ended: PartEnd | null;
}

export interface PartEnd {
  /** Where gate was killed: the last sign of life. */
  readonly time: string;
  readonly durationMs: number;
  readonly end: ProcessEnd | { readonly kind: "killed" };
  readonly outOfMemory: string | null;
  /** Files that it left in the repository. */
  readonly leaked: readonly string[];
}

export interface SessionEnd {
  readonly time: string;
  readonly durationMs: number;
  readonly end: ProcessEnd;
  readonly outOfMemory: string | null;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Files that the run left in the repository. */
  readonly leaked: readonly string[];
  /** Inputs that were not what had been judged any more when the suite had ended. */
  readonly moved: readonly string[];
  /** There was no room left on the disk when the suite had ended. */
  readonly diskFull?: boolean;
  /** Whether everything that the run left elsewhere, and that is needed, has been copied to the session. */
  readonly collected: boolean;
  /** The most of one GPU's memory that was in use; absent where nobody saw. */
  readonly peakVramMiB?: number;
  /** By outcome; absent until the results are read, and in sessions of an older gate. */
  readonly tests?: TestCounts;
  /**
   * By id, tests that may have another outcome here than the runner gave them: what failed as expected, and what
   * passed when a resumed run tried it again.
   */
  readonly judged?: Readonly<Record<string, TestOutcome>>;
}

const SESSIONS = ".gate/sessions";
const RESERVE_BYTES = 64 * 1024;

function sessionsDirectory(topLevel: string): string {
  return join(topLevel, SESSIONS);
}

/** Where a session is, for people: relative to the top level. */
export function sessionPath(name: string): string {
  return `${SESSIONS}/${name}`;
}

export function sessionFolder(topLevel: string, name: string): SessionFolder {
  const directory = join(sessionsDirectory(topLevel), name);
  return {
    name,
    directory,
    record: join(directory, "session.json"),
    settings: join(directory, "reporter.json"),
    ended: null,
    output: join(directory, "output.log"),
    events: join(directory, "events"),
    artifacts: join(directory, "artifacts"),
    texts: join(directory, "texts"),
    staging: join(directory, "reports"),
    reserve: join(directory, "reserve"),
  };
}

/** The places of a part of a session: the first one has the session's own. */
export function partFolder(folder: SessionFolder, part: number): SessionFolder {
  if (part === 1) return folder;
  const directory = join(folder.directory, `resume_${part - 1}`);
  return {
    ...folder,
    settings: join(directory, "reporter.json"),
    ended: join(directory, "ended.json"),
    output: join(directory, "output.log"),
    events: join(directory, "events"),
    artifacts: join(directory, "artifacts"),
  };
}

/** Only such a name is a session's: it leads nowhere else. */
export function isSessionName(name: string): boolean {
  return /^RUN_\d{8}_\d{6}(?:_\d+)?$/.test(name);
}

/**
 * Makes a directory of its own for a session, also where two start in the same second: the later one has the later
 * name, even where one before it is gone.
 */
export async function createSession(topLevel: string, now: Date): Promise<SessionFolder> {
  const base = `RUN_${now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "_")}`;
  const known = (await listDirectory(sessionsDirectory(topLevel))).filter((name) => name.startsWith(base));
  const numbers = known.map((name) => Number(name.slice(base.length + 1) || "1"));
  for (let attempt = Math.max(0, ...numbers.filter(Number.isSafeInteger)) + 1; ; attempt += 1) {
    const folder = sessionFolder(topLevel, attempt === 1 ? base : `${base}_${attempt}`);
    if (!(await makeNewDirectory(folder.directory))) continue;
    for (const directory of [folder.events, folder.artifacts, folder.texts]) await makeDirectory(directory);
    await reserveRoom(folder);
    await hideFromGit(topLevel);
    return folder;
  }
}

/** Whether the disk has no room besides what is reserved. */
export function isDiskFullAround({ directory }: SessionFolder): boolean {
  return (freeBytes(directory) ?? Number.POSITIVE_INFINITY) < RESERVE_BYTES;
}

/** So that the end of a part of it can be noted on a full disk. */
export async function reserveRoom({ reserve }: SessionFolder): Promise<void> {
  await writeAtomically(reserve, Buffer.alloc(RESERVE_BYTES));
}

/** Sessions are never committed, also where nobody has told git so. */
async function hideFromGit(topLevel: string): Promise<void> {
  const rules = join(topLevel, ".gate/.gitignore");
  if ((await readIfThere(rules)) === null) await writeAtomically(rules, "*\n");
}

export function newMark(): string {
  return crypto.randomUUID();
}

export async function saveSession(folder: SessionFolder, record: SessionRecord): Promise<void> {
  if (record.ended !== null) await removeTree(folder.reserve);
  await writeAtomically(folder.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** null where there is no such session or its record cannot be read. */
export async function loadSession(folder: SessionFolder): Promise<SessionRecord | null> {
  const bytes = await readIfThere(folder.record);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isSessionRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isSessionRecord(value: unknown): value is SessionRecord {
  return hasRecordForm(value);
}

/**
 * How the last session of a suite ended that says how long it takes: not one that was interrupted or broke
 * off. null where there is none. Later ones are looked at first.
 */
export async function lastEnd(topLevel: string, suite: string): Promise<SessionEnd | null> {
  for (const name of (await sessionNames(topLevel)).reverse()) {
    const record = await loadSession(sessionFolder(topLevel, name));
    if (record === null || record.suite !== suite || record.ended === null) continue;
    if (WHOLE.has(record.ended.verdict)) return record.ended;
  }
  return null;
}

/** The last sessions that never came to their end, of any suite, back to one that did. */
export async function unendedSessions(
  topLevel: string,
): Promise<readonly { readonly folder: SessionFolder; readonly record: SessionRecord }[]> {
  const unended: { folder: SessionFolder; record: SessionRecord }[] = [];
  for (const name of (await sessionNames(topLevel)).reverse()) {
    const folder = sessionFolder(topLevel, name);
    const record = await loadSession(folder);
    if (record !== null && record.ended !== null) break;
    if (record !== null) unended.push({ folder, record });
  }
  return unended;
}

const WHOLE: ReadonlySet<Verdict> = new Set(["passed", "failed", "timed-out"]);

/** Oldest first, behind red phases: who asks for the newest means a run of the suite. */
export async function sessionNames(topLevel: string): Promise<string[]> {
  const names = (await listDirectory(sessionsDirectory(topLevel))).filter(isSessionName).sort(byTime);
  const red = await Promise.all(names.map((name) => isRedPhase(sessionFolder(topLevel, name))));
  return [...names.filter((_, index) => red[index]), ...names.filter((_, index) => !red[index])];
}

/** Runs of single tests that are to fail (`gate run --red`) have a directory, and no record. */
export async function isRedPhase({ directory }: SessionFolder): Promise<boolean> {
  return (await kindOf(join(directory, "red"))) === "directory";
}

/** Sessions of a suite, oldest first: the names sort by time. */
export async function listSessions(topLevel: string, suite: string): Promise<SessionRecord[]> {
  const names = await sessionNames(topLevel);
  const records = await Promise.all(names.map((name) => loadSession(sessionFolder(topLevel, name))));
  return records.flatMap((record) => (record !== null && record.suite === suite ? [record] : []));
}

/** `RUN_…_2` comes before `RUN_…_10`. Not by `localeCompare`, whose first call takes 15 ms. */
function byTime(left: string, right: string): number {
  const [time, otherTime] = [left.slice(0, TIME_END), right.slice(0, TIME_END)];
  if (time !== otherTime) return time < otherTime ? -1 : 1;
  return left.length - right.length || (left < right ? -1 : 1);
}

const TIME_END = "RUN_YYYYMMDD_HHMMSS".length;
