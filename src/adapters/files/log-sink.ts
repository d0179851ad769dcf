import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * Turns text that arrives in pieces into files of a directory, one per key, numbered in order of appearance.
 * One file is open at a time: pieces of one log mostly follow each other.
 */
export class LogSink {
  readonly #directory: string;
  readonly #paths = new Map<string, string>();
  #open: { readonly key: string; readonly descriptor: number } | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Returns the file's path. */
  append(key: string, text: string): string {
    const known = this.#paths.get(key);
    const path = known ?? join(this.#directory, `${String(this.#paths.size + 1).padStart(4, "0")}.log`);
    if (this.#open?.key !== key) {
      this.close();
      if (this.#paths.size === 0) mkdirSync(this.#directory, { recursive: true });
      this.#open = { key, descriptor: openSync(path, known === undefined ? "w" : "a") };
      this.#paths.set(key, path);
    }
    writeWhole(this.#open.descriptor, Buffer.from(text, "utf8"));
    return path;
  }

  close(): void {
    if (this.#open === null) return;
    closeSync(this.#open.descriptor);
    this.#open = null;
  }
}

function writeWhole(descriptor: number, content: Buffer): void {
  let written = 0;
  while (written < content.length) written += writeSync(descriptor, content, written);
}
