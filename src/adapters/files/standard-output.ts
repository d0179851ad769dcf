import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { fileErrorCode } from "./files.ts";

/** Whether what is written to both can be read in one (a terminal, `2>&1`). */
export function areOnePlace(left: number, right: number): boolean {
  try {
    const [one, other] = [fstatSync(left, { bigint: true }), fstatSync(right, { bigint: true })];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

/**
 * stdout or stderr. What can be written at once is: to open a stream costs a start 4 ms. From the first time that
 * something is left over (a pipe does not wait for its reader, a console of Windows takes no bytes) all goes through
 * the stream, and nothing overtakes what it still holds.
 */
export class StandardOutput<Stream extends Writable> {
  readonly #fileDescriptor: number;
  readonly #open: () => Stream;
  readonly #failed: (error: Error) => void;
  #stream: Stream | null = null;
  #isRead = true;

  /** `failed` hears of what the stream could not write, but for want of a reader. */
  constructor(fileDescriptor: number, open: () => Stream, failed: (error: Error) => void) {
    this.#fileDescriptor = fileDescriptor;
    this.#open = open;
    this.#failed = failed;
  }

  /** False where nobody reads it any more (`gate status | head`). */
  write(text: string): boolean {
    const left = this.#stream === null ? this.#writeAtOnce(text) : Buffer.from(text);
    if (left.length > 0 && this.#isRead) this.stream().write(left);
    return this.#isRead;
  }

  stream(): Stream {
    this.#stream ??= this.#open().on("error", (error) => {
      if (fileErrorCode(error) === "EPIPE") this.#isRead = false;
      else this.#failed(error);
    });
    return this.#stream;
  }

  /** How it ends with what a stream has taken is heard later. */
  get hasStream(): boolean {
    return this.#stream !== null;
  }

  get holds(): boolean {
    return (this.#stream?.writableLength ?? 0) > 0;
  }

  #writeAtOnce(text: string): Uint8Array {
    let left: Uint8Array = Buffer.from(text);
    try {
      if (process.platform === "win32" && fstatSync(this.#fileDescriptor).isCharacterDevice()) return left;
      while (left.length > 0) left = left.subarray(writeSync(this.#fileDescriptor, left));
    } catch (error) {
      if (fileErrorCode(error) === "EPIPE") this.#isRead = false;
    }
    return left;
  }
}
