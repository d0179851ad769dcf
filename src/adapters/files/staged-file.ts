import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { hashingStream } from "hasha";

export interface StagedContent {
  readonly stagedAt: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface StagedFile {
  write(text: string): void;
  readonly bytes: number;
  finish(): StagedContent;
  /** Closes it and takes it away. */
  abandon(): void;
}

/** Creates a file, and its directory where that is not there yet; its SHA-256 is made while it is written. */
export function createStagedFile(path: string): StagedFile {
  const descriptor = createIn(path);
  const digest = hashingStream({ algorithm: "sha256" });
  let bytes = 0;
  return {
    write(text) {
      const content = Buffer.from(text);
      digest.update(content);
      for (let from = 0; from < content.length; ) from += writeSync(descriptor, content, from);
      bytes += content.length;
    },
    get bytes() {
      return bytes;
    },
    finish() {
      closeSync(descriptor);
      return { stagedAt: path, bytes, sha256: digest.digest("hex") };
    },
    abandon() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

function createIn(path: string): number {
  try {
    return openSync(path, "wx", 0o644);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "wx", 0o644);
  }
}
