import { createWriteStream, type WriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Of the end of the output so much is remembered; a line that is looked at is no longer. */
const REMEMBERED = 64 * 1024;

/** How long what a process said last may be on its way after its end. */
const ON_ITS_WAY_MS = 500;

/** What a service says, from its first byte: on disk as it comes, and its end at hand. */
export class ServiceOutput {
  readonly #file: WriteStream;
  readonly #source: Readable;
  readonly #done: Promise<void>;
  readonly #decoder = new StringDecoder("utf8");
  /** What is looked for; null once a line has matched, and where nothing is. */
  #wanted: RegExp | null;
  #found = false;
  #recent = "";
  /** The beginning of a line: it may come in pieces. */
  #line = "";
  #problem: string | null = null;

  constructor(path: string, source: Readable, wanted: RegExp | null) {
    this.#file = createWriteStream(path, { flags: "w" });
    // A full disk costs the log, not the service.
    this.#file.on("error", (error) => {
      this.#problem ??= error.message;
      // what nobody pipes any more would stand still, and with it the service
      source.resume();
    });
    this.#source = source;
    this.#wanted = wanted;
    source.pipe(this.#file, { end: false });
    source.on("data", (chunk: Buffer) => this.#take(this.#decoder.write(chunk)));
    source.on("error", () => undefined);
    this.#done = new Promise((resolve) => source.once("close", resolve));
  }

  /** Whether a line has come that matches. */
  get found(): boolean {
    return this.#found;
  }

  /** Why the log is not whole; null where it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** After the service has ended. */
  async lastLines(count: number): Promise<readonly string[]> {
    await this.#settled();
    const lines = this.#recent.split("\n").map((line) => line.trimEnd());
    return lines.filter((line) => line !== "").slice(-count);
  }

  /** Once the service has ended; what holds its pipe still is not waited for. */
  async close(): Promise<void> {
    await this.#settled();
    this.#source.destroy();
    this.#file.end();
    if (!this.#file.closed) await new Promise<void>((resolve) => this.#file.once("close", resolve));
  }

  async #settled(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, ON_ITS_WAY_MS).unref());
    await Promise.race([this.#done, patience]);
  }

  #take(text: string): void {
    this.#recent = `${this.#recent}${text}`.slice(-REMEMBERED);
    if (this.#wanted === null) return;
    const lines = `${this.#line}${text}`.split("\n");
    this.#line = (lines.at(-1) ?? "").slice(-REMEMBERED);
    const wanted = this.#wanted;
    this.#found = lines.some((line) => wanted.test(line.replace(/\r$/, "")));
    if (this.#found) this.#wanted = null;
  }
}
