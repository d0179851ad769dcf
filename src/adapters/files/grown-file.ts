import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { temporaryBeside } from "./files.ts";

/**
 * Adds to the end of a file, before a last part that stays last, so that whoever reads the file at any moment, also
 * after a kill, finds all of it from before or all of it from now. `anew`: nothing of what is there stays.
 */
export function growFile(path: string, added: string, ending: string, anew = false): void {
  const beside = temporaryBeside(path);
  try {
    const before = !anew && existsSync(path);
    if (before) copyFileSync(path, beside);
    const descriptor = openSync(beside, before ? "r+" : "w");
    try {
      const end = before ? statSync(beside).size - Buffer.byteLength(ending) : 0;
      writeAll(descriptor, Buffer.from(`${added}${ending}`), end);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function writeAll(descriptor: number, content: Buffer, position: number): void {
  for (let from = 0; from < content.length; ) {
    from += writeSync(descriptor, content, from, content.length - from, position + from);
  }
}
