import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createStagedFile, type StagedContent, type StagedFile } from "../adapters/files/staged-file.ts";

/** A finished report that waits in the staging directory. */
export interface StagedReport extends StagedContent {
  /** Relative to the reports directory, with `/`. */
  readonly path: string;
}

const TURN_MS = 20;

/**
 * Writes reports one after the other, and lets others have their turn in between. The files are numbered in
 * one directory: a file system takes them several times faster than as many directories.
 */
export class Staging {
  readonly #directory: string;
  #count = 0;
  #turnEnds = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  text(path: string, text: string): StagedReport {
    const file = this.open();
    file.write(text);
    return { path, ...file.finish() };
  }

  open(): StagedFile {
    this.#count += 1;
    return createStagedFile(join(this.#directory, String(this.#count)));
  }

  /** Files are read and written synchronously; signals and live output must not wait for all of them. */
  async pause(): Promise<void> {
    if (performance.now() < this.#turnEnds) return;
    await setImmediate();
    this.#turnEnds = performance.now() + TURN_MS;
  }
}
