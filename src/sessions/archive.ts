import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { hashingStream } from "hasha";
import { type Pack, pack } from "tar-stream";
import { AtomicFile } from "../adapters/files/atomic-file.ts";
import { isDiskFull, removeTree, writeAtomically } from "../adapters/files/files.ts";
import { ChangedFile, type FoundEntry, readFound, walkTree } from "../adapters/files/tree-walk.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import {
  ARCHIVE,
  ARCHIVE_RECORD,
  archiveRecord,
  byName,
  entryName,
  isLeftOut,
  objectionToPath,
} from "./archive-form.ts";

export interface ArchivedSession {
  /** Its name. */
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
}

export interface Archive {
  readonly bytes: number;
  readonly sha256: string;
  readonly files: number;
  /** Of all files together, before they were compressed. */
  readonly unpackedBytes: number;
}

/** What is in a session's archive: all of it, or the problems with what cannot be. */
export function archivable(session: ArchivedSession): Result<readonly FoundEntry[], readonly Problem[]> {
  const found = walkTree(session.directory, isLeftOut);
  const problems = found.flatMap((entry) => objectionTo(entry) ?? []);
  return problems.length > 0 ? err(problems) : ok(found);
}

function objectionTo({ kind, path }: FoundEntry): Problem | null {
  const details = { path, hint: "Take it away, or put a plain copy in its place; then archive again." };
  const isPlain = kind === "file" || kind === "directory";
  if (!isPlain)
    return problem("archive-refused", `${path} is a ${kind}; an archive holds plain files.`, details);
  const objection = objectionToPath(path);
  return objection === null ? null : problem("archive-refused", `${path} ${objection}.`, details);
}

/**
 * Writes `run.tar.gz`, then its record. The same session gives the same bytes. An older archive stays what it was
 * until the new one is there, whole; its record is gone by then.
 */
export async function writeArchive(
  session: ArchivedSession,
  entries: readonly FoundEntry[],
  abort: AbortSignal,
): Promise<Result<Archive, Problem>> {
  const { directory } = session;
  await removeTree(join(directory, ARCHIVE_RECORD));
  const file = new AtomicFile(join(directory, ARCHIVE));
  const digest = hashingStream({ algorithm: "sha256" });
  let bytes = 0;
  try {
    await compressed(session, entries, abort, (piece) => {
      digest.update(piece);
      bytes += piece.length;
      file.write(piece);
    });
  } catch (error) {
    file.abandon();
    if (abort.aborted) return err(problem("archive-refused", "interrupted; there is no new archive."));
    if (error instanceof ChangedFile) return err(stillWritten(error.path));
    if (isDiskFull(error)) return err(noRoom());
    throw error;
  }
  const sha256 = digest.digest("hex");
  try {
    file.finishDurably();
    await writeAtomically(join(directory, ARCHIVE_RECORD), archiveRecord(sha256));
  } catch (error) {
    if (isDiskFull(error)) return err(noRoom());
    throw error;
  }
  const files = entries.filter(({ kind }) => kind === "file");
  return ok({ bytes, sha256, files: files.length, unpackedBytes: sum(files.map((one) => one.bytes)) });
}

function stillWritten(path: string): Problem {
  return problem("archive-refused", `${path} changed while it was being archived.`, {
    path,
    hint: "Something still writes there. Wait until it has ended, then archive again.",
  });
}

function noRoom(): Problem {
  return problem("disk-full", "the disk is full; there is no new archive, or no record of it.", {
    hint: "Nothing else is lost. Make room, then archive again.",
  });
}

async function compressed(
  session: ArchivedSession,
  entries: readonly FoundEntry[],
  signal: AbortSignal,
  take: (piece: Buffer) => void,
): Promise<void> {
  const tar = pack();
  const taken = async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) take(piece);
  };
  const written = pipeline(tar, createGzip(), withoutSystem(), taken, { signal });
  const filled = fill(tar, session, entries).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // What went wrong first is what matters: the other end only says that it was cut off.
  await Promise.race([filled.then(() => written), written.then(() => filled)]).finally(() =>
    Promise.allSettled([filled, written]),
  );
}

async function fill(tar: Pack, { name, directory }: ArchivedSession, entries: readonly FoundEntry[]) {
  const named = entries.map((entry) => ({
    entry,
    header: {
      name: entryName(name, entry.path, entry.kind === "directory"),
      mtime: startOf(name),
      uid: 0,
      gid: 0,
    },
  }));
  for (const { entry, header } of named.sort((left, right) => byName(left.header.name, right.header.name))) {
    if (entry.kind === "directory") tar.entry({ ...header, type: "directory", mode: 0o755 });
    else
      await pipeline(readFound(directory, entry), tar.entry({ ...header, size: entry.bytes, mode: 0o644 }));
  }
  tar.finalize();
}

/** What tar-stream can write: seconds until 2038. */
const LAST_SECOND = 0x7fff_ffff;

/** When a session started, as its name tells: the time of every entry. */
function startOf(name: string): Date {
  const [, year, month, day, hour, minute, second] =
    /^RUN_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)/.exec(name) ?? [];
  const seconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
  return new Date((Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), LAST_SECOND)) * 1000);
}

const SYSTEM_AT = 9;
const UNKNOWN_SYSTEM = 0xff;

/** gzip's header says on which system it was made; this one says that on none in particular. */
function withoutSystem(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const from = at;
      at += chunk.length;
      if (from <= SYSTEM_AT && SYSTEM_AT < at) chunk[SYSTEM_AT - from] = UNKNOWN_SYSTEM;
      done(null, chunk);
    },
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
