import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { openNew, temporaryBeside } from "./files.ts";

/** A file that is written piece by piece and then there, whole, at once. */
export class AtomicFile {
  readonly #path: string;
  readonly #beside: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#path = path;
    this.#beside = temporaryBeside(path);
    this.#descriptor = openNew(this.#beside);
  }

  write(piece: Uint8Array): void {
    for (let from = 0; from < piece.length; ) from += writeSync(this.#descriptor, piece, from);
  }

  finish(): void {
    closeSync(this.#descriptor);
    try {
      renameSync(this.#beside, this.#path);
    } catch (error) {
      rmSync(this.#beside, { force: true });
      throw error;
    }
  }

  /** The same, and it is there when the power fails right after. */
  finishDurably(): void {
    try {
      fsyncSync(this.#descriptor);
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.finish();
    const directory = openSync(dirname(this.#path), "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }

  abandon(): void {
    closeSync(this.#descriptor);
    rmSync(this.#beside, { force: true });
  }
}
