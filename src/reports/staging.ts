import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { StagedFile } from "../adapters/files/staged-file.ts";

/** A finished report, on its way into git. */
export interface StagedReport {
  /** Relative to the reports directory, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** How many were finished before it. */
  readonly position: number;
}

export interface BuiltReport extends StagedReport {
  readonly blob: string;
}

/** Takes finished reports as git blobs, while the next ones are made. */
export interface ReportStore {
  put(content: Uint8Array): void;
  putFile(path: string): void;
  /** Waits where the store falls behind, so that memory stays bounded. */
  caughtUp(): Promise<void>;
  /** The ids of all that was put, in that order. */
  ids(): Promise<readonly string[]>;
}

/** Short, so that git does not run out of work while we are at it. */
const TURN_MS = 5;

/**
 * Makes reports one after the other, and lets others have their turn in between. Only large ones lie in the
 * staging directory until git has them.
 */
export class Staging {
  readonly #directory: string;
  readonly #store: ReportStore;
  #opened = 0;
  #finished = 0;
  #turnEnds = 0;

  constructor(directory: string, store: ReportStore) {
    this.#directory = directory;
    this.#store = store;
  }

  text(path: string, text: string): StagedReport {
    const file = this.open();
    file.write(text);
    return this.finish(path, file);
  }

  open(): StagedFile {
    this.#opened += 1;
    return new StagedFile(join(this.#directory, String(this.#opened)));
  }

  finish(path: string, file: StagedFile): StagedReport {
    const content = file.finish();
    if (content.kind === "bytes") this.#store.put(content.content);
    else this.#store.putFile(content.file);
    const position = this.#finished;
    this.#finished += 1;
    return { path, bytes: content.bytes, sha256: content.sha256, position };
  }

  /** Files are read synchronously; signals, live output and git must not wait for all of them. */
  async pause(): Promise<void> {
    if (performance.now() < this.#turnEnds) return;
    await setImmediate();
    await this.#store.caughtUp();
    this.#turnEnds = performance.now() + TURN_MS;
  }

  async withBlobs(reports: readonly StagedReport[]): Promise<readonly BuiltReport[]> {
    const ids = await this.#store.ids();
    return reports.map((report) => {
      const blob = ids[report.position];
      if (blob === undefined) throw new Error(`${this.#finished} reports gave ${ids.length} blob ids`);
      return { ...report, blob };
    });
  }
}
