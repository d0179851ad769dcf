import { createHash } from "node:crypto";
import type { RawLog } from "../adapters/files/raw-log.ts";
import { err, ok, type Result } from "../result.ts";

/** A file that is no text: binaries do not belong in reports, so that a note stands for it. */
export interface BinaryLog {
  /** Such as `is a binary file`. */
  readonly reason: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads the rest of a log of which `first` was no text; `pause` lets others have their turn. */
export async function digestOfBinary(
  raw: RawLog,
  first: Buffer,
  reason: string,
  pause: () => Promise<void>,
): Promise<Result<BinaryLog, string>> {
  const digest = createHash("sha256").update(first);
  let bytes = first.length;
  for (let block = raw.read(); ; block = raw.read()) {
    if (!block.ok) return err(block.error);
    if (block.value === null) return ok({ reason, bytes, sha256: digest.digest("hex") });
    digest.update(block.value);
    bytes += block.value.length;
    await pause();
  }
}

/** As gate's pytest plugin says it of what it cannot copy. */
export function noteOfBinary(name: string, { reason, bytes, sha256 }: BinaryLog): string {
  return `model-gate: ${name} was not copied: it ${reason}. ${bytes} bytes, SHA-256 ${sha256}\n`;
}

/** Where the note lies: beside no other report of the same name. */
export function notePath(path: string, taken: ReadonlySet<string>): string {
  const isTaken = (candidate: string) =>
    [...taken].some((one) => `${one.toLowerCase()}/`.startsWith(`${candidate.toLowerCase()}/`));
  for (let number = 1; ; number += 1) {
    const candidate = `${path}.not-copied${number === 1 ? "" : `-${number}`}.txt`;
    if (!isTaken(candidate)) return candidate;
  }
}

const NOTICE = /\nmodel-gate: the log was cut off here, (\d+ bytes(?: or more)?) were left out\n$/;
const LONGEST_NOTICE = 120;

/** Follows a log to its end, where a reporter says how much it has left out. */
export class CutNotice {
  #end = Buffer.alloc(0);

  push(bytes: Buffer): void {
    const last = bytes.subarray(-LONGEST_NOTICE);
    const before = last.length < LONGEST_NOTICE ? this.#end : Buffer.alloc(0);
    this.#end = Buffer.concat([before, last]).subarray(-LONGEST_NOTICE);
  }

  /** `123 bytes`; null for a log that is whole. */
  leftOut(): string | null {
    return NOTICE.exec(this.#end.toString("latin1"))?.[1] ?? null;
  }
}
