import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createStagedFile, type StagedFile } from "../adapters/files/staged-file.ts";

/** A finished report that waits in the staging directory. */
export interface StagedReport {
  /** Relative to the reports directory, with `/`. */
  readonly path: string;
  readonly stagedAt: string;
  readonly bytes: number;
  readonly sha256: string;
}

const TURN_MS = 20;

/** Writes reports one after the other, and lets others have their turn in between. */
export class Staging {
  readonly #directory: string;
  #turnEnds = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  text(path: string, text: string): StagedReport {
    const file = this.open(path);
    file.write(text);
    return this.finish(path, file);
  }

  open(path: string): StagedFile {
    return createStagedFile(join(this.#directory, path));
  }

  finish(path: string, file: StagedFile): StagedReport {
    return { path, stagedAt: join(this.#directory, path), ...file.finish() };
  }

  /** Files are read and written synchronously; signals and live output must not wait for all of them. */
  async pause(): Promise<void> {
    if (performance.now() < this.#turnEnds) return;
    await setImmediate();
    this.#turnEnds = performance.now() + TURN_MS;
  }
}
