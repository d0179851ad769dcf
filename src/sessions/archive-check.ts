import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { hashingStream } from "hasha";
import { type Extract, extract } from "tar-stream";
import { fileStamp, kindOf, openToRead, readIfThere } from "../adapters/files/files.ts";
import { readChunks } from "../adapters/files/streams.ts";
import { type Problem, problem } from "../problem.ts";
import { MADE_ANEW, readEntryName, recordedDigest } from "./archive-form.ts";
import { EntryOrder } from "./archive-order.ts";

export interface CheckedArchive {
  /** null where there is no archive. */
  readonly sha256: string | null;
  readonly bytes: number;
  readonly files: number;
  readonly unpackedBytes: number;
  /** Whose archive it is; null where it does not get so far as to say. */
  readonly session: string | null;
  /** What the session itself does not have any more. */
  readonly missing: readonly string[];
  readonly problems: readonly Problem[];
}

interface Checking {
  /** Absolute. */
  readonly archive: string;
  /** For people. */
  readonly shown: string;
  /** The session whose archive it should be, with its files; null where there is nothing to compare it with. */
  readonly session: { readonly name: string; readonly directory: string } | null;
  readonly abort: AbortSignal;
}

/** Reads an archive from end to end and unpacks nothing: whether it is the one that was recorded, harmless and true. */
export async function checkArchive(checking: Checking): Promise<CheckedArchive> {
  const { archive, shown } = checking;
  const stamp = await fileStamp(archive);
  if (stamp === null)
    return {
      ...NOTHING,
      problems: [
        problem("archive-missing", `there is no ${shown}.`, { hint: `Write it:  ${archiving(checking)}` }),
      ],
    };
  const sha256 = await digestOf(readChunks(archive));
  const unrecorded = await againstRecord(checking, sha256);
  const walk = new Walk(checking, { bytes: stamp.bytes, asRecorded: unrecorded === null });
  await walk.go();
  const { files, unpackedBytes, session, missing, problems } = walk;
  return {
    sha256,
    bytes: stamp.bytes,
    files,
    unpackedBytes,
    session,
    missing,
    problems: [...(unrecorded === null ? [] : [unrecorded]), ...problems],
  };
}

const NOTHING = { sha256: null, bytes: 0, files: 0, unpackedBytes: 0, session: null, missing: [] };

const archiving = ({ session }: Checking) => `gate archive ${session?.name ?? "<session>"}`;
const takeAnother = (checking: Checking) =>
  `Take it from where it is whole, or archive the session again:  ${archiving(checking)}`;

/** No list of differences is longer. */
const MOST_PROBLEMS = 50;

async function againstRecord(checking: Checking, sha256: string): Promise<Problem | null> {
  const { archive, shown } = checking;
  const record = `${archive}.sha256`;
  const bytes = await readIfThere(record);
  if (bytes === null) {
    return problem("archive-invalid", `${shown} has no record of its SHA-256: there is no ${shown}.sha256.`, {
      hint: "Bring the record with the archive, or compare with logs_summary.txt of its session.",
    });
  }
  const recorded = recordedDigest(bytes.toString("utf8"));
  if (recorded === sha256) return null;
  const why = recorded === null ? "its record is none" : `its SHA-256 is ${sha256}, not ${recorded}`;
  return problem("archive-invalid", `${shown} is not what was recorded: ${why}.`, {
    hint: takeAnother(checking),
  });
}

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

/** One way through an archive. */
class Walk {
  readonly problems: Problem[] = [];
  readonly missing: string[] = [];
  files = 0;
  unpackedBytes = 0;
  readonly #checking: Checking;
  readonly #order: EntryOrder;
  readonly #asRecorded: boolean;
  #at: string | null = null;

  constructor(checking: Checking, { bytes, asRecorded }: { bytes: number; asRecorded: boolean }) {
    this.#checking = checking;
    this.#order = new EntryOrder(bytes);
    this.#asRecorded = asRecorded;
  }

  get session(): string | null {
    return this.#order.session;
  }

  async go(): Promise<void> {
    const { archive, abort } = this.#checking;
    const tar = extract();
    const end = new EndOfTar();
    const fed = pipeline(openToRead(archive), createGunzip(), end, tar, { signal: abort });
    // It is awaited when the entries have been read; until then nobody may take it for unhandled.
    fed.catch(() => undefined);
    try {
      for await (const entry of tar) if (!(await this.#take(entry))) return;
      await fed;
      if (!end.isWhole) this.#damaged("it breaks off");
    } catch (error) {
      this.#damaged(abort.aborted ? "reading it was interrupted" : reasonOf(error));
    } finally {
      tar.destroy();
    }
  }

  /** False where there is no sense in reading on. */
  async #take(entry: Entry): Promise<boolean> {
    const { header } = entry;
    const objection = this.#order.objectionTo(header);
    if (objection !== null) {
      this.#complain(`${header.name} ${objection}. Nothing after it was read.`, NOT_OURS);
      return false;
    }
    this.#at = header.name;
    const { size, type } = header;
    const sha256 = await digestOf(entry);
    this.unpackedBytes += size;
    if (type === "file") this.files += 1;
    await this.#compare(header.name, type === "directory" ? null : { size, sha256 });
    return true;
  }

  async #compare(
    name: string,
    file: { readonly size: number; readonly sha256: string } | null,
  ): Promise<void> {
    const { session } = this.#checking;
    const path = readEntryName(name)?.path.replace(/\/$/, "") ?? "";
    if (session === null || MADE_ANEW.includes(path)) return;
    if (session.name !== this.#order.session) {
      if (this.problems.length === 0)
        this.#complain(`it is the archive of ${this.#order.session}.`, MISPLACED);
      return;
    }
    const there = join(session.directory, path);
    const kind = await kindOf(there);
    if (kind === "absent") {
      this.missing.push(path);
      return;
    }
    if (kind !== (file === null ? "directory" : "file")) return this.#differs(path, `a ${kind}`);
    if (file === null) return;
    const bytes = (await fileStamp(there))?.bytes ?? 0;
    if (bytes !== file.size) return this.#differs(path, `${bytes} bytes, not ${file.size}`);
    if ((await digestOf(readChunks(there))) !== file.sha256)
      this.#differs(path, "other bytes of the same number");
  }

  #differs(path: string, how: string): void {
    // Only from an archive that is whole may anything be taken back.
    const hint = this.#asRecorded
      ? `The session has changed since, as one does that is resumed. Archive the session as it is now, or take back the file from the archive:  ${archiving(this.#checking)}`
      : takeAnother(this.#checking);
    this.#complain(`${path} is another file in the session: ${how}.`, hint);
  }

  #damaged(how: string): void {
    const where = this.#at === null ? "before its first file" : `in or after ${this.#at}`;
    this.#complain(`damaged ${where}: ${how}.`, takeAnother(this.#checking));
  }

  #complain(message: string, hint: string): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push(problem("archive-invalid", `${this.#checking.shown}: ${message}`, { hint }));
  }
}

const NOT_OURS = "Do not unpack it: it is damaged, or gate did not write it.";
const MISPLACED = "Put it back into the directory of its session, or anywhere else.";

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.+$/, "") : String(error);
}

async function digestOf(pieces: AsyncIterable<unknown>): Promise<string> {
  const digest = hashingStream({ algorithm: "sha256" });
  for await (const piece of pieces) if (piece instanceof Uint8Array) digest.update(piece);
  return digest.digest("hex");
}

const END = 1024;

/** Notes whether what went through ended as a tar does, with two empty blocks. */
class EndOfTar extends Transform {
  #zeros = 0;

  get isWhole(): boolean {
    return this.#zeros >= END;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    let from = chunk.length;
    while (from > 0 && chunk.length - from < END && chunk[from - 1] === 0) from -= 1;
    this.#zeros = from === 0 ? this.#zeros + chunk.length : chunk.length - from;
    done(null, chunk);
  }
}
