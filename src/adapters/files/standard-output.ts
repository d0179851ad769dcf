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
 * Writes where that is a file, a pipe or the socket that other programs give for one: to open `process.stdout` costs a
 * start 4 ms. Gives what it could not write, for a stream to write: all of it at a terminal, some where a pipe does not
 * wait for its reader. null: nobody reads any more (`gate status | head`).
 */
export function writeAtOnce(fileDescriptor: number, text: string): Uint8Array | null {
  let left: Uint8Array = Buffer.from(text);
  try {
    const kind = fstatSync(fileDescriptor);
    const takesAll = kind.isFile() || kind.isFIFO() || kind.isSocket();
    while (left.length > 0 && takesAll) left = left.subarray(writeSync(fileDescriptor, left));
  } catch (error) {
    if (fileErrorCode(error) === "EPIPE") return null;
  }
  return left;
}
