import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

const MOST_BYTES = 16 * 1024;
const MOST_LINES = 10;

/** Takes a suite's output where a screen is drawn in its place, and keeps the end of it. */
export class SuiteTail extends Writable {
  #kept: Buffer[] = [];
  #bytes = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#kept.push(chunk);
    this.#bytes += chunk.length;
    while (this.#kept.length > 1 && this.#bytes - (this.#kept[0]?.length ?? 0) >= MOST_BYTES) {
      this.#bytes -= this.#kept.shift()?.length ?? 0;
    }
    done();
  }

  /** The last lines that hold something, as a terminal would show them. */
  lines(): readonly string[] {
    const bytes = Buffer.concat(this.#kept);
    // copied, so that what came before can be forgotten
    this.#kept = [Buffer.from(bytes.subarray(-MOST_BYTES))];
    this.#bytes = this.#kept[0]?.length ?? 0;
    return stripVTControlCharacters(bytes.subarray(-MOST_BYTES).toString("utf8"))
      .split("\n")
      .map((line) => line.replace(/\r$/, "").split("\r").at(-1) ?? "")
      .filter((line) => line.trim() !== "")
      .slice(-MOST_LINES);
  }
}
