import { fstatSync, writeSync } from "node:fs";
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
 * Writes without a stream: to open `process.stdout` costs a start 4 ms. Gives what it could not write, for a stream to
 * write: some where a pipe does not wait for its reader, all of it at a console of Windows, which takes no bytes. null:
 * nobody reads any more (`gate status | head`).
 */
export function writeAtOnce(fileDescriptor: number, text: string): Uint8Array | null {
  let left: Uint8Array = Buffer.from(text);
  try {
    if (process.platform === "win32" && fstatSync(fileDescriptor).isCharacterDevice()) return left;
    while (left.length > 0) left = left.subarray(writeSync(fileDescriptor, left));
  } catch (error) {
    if (fileErrorCode(error) === "EPIPE") return null;
  }
  return left;
}
