import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";

/** A new file that is written as a stream. What goes wrong (a full disk) arrives at the write's callback. */
export function openOutputFile(path: string): Writable {
  return createWriteStream(path, { flags: "w" });
}
