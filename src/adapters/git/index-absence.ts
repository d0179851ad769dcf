import { fileErrorCode, readIfThere } from "../files/files.ts";
import { objectIdLength } from "./ids.ts";
import { HEADER_BYTES, MODE_AT, STAT_BYTES } from "./index-entries.ts";
import type { Repository } from "./repository.ts";

/**
 * Whether it is certain, without asking git, that its index has nothing at any of these paths (bytes as Latin-1 text)
 * nor below them, and no submodule above. Most often that is so of a path whose rules somebody asks about.
 */
export async function indexHasNothingAt(
  { indexFile, objectFormat }: Repository,
  paths: readonly string[],
): Promise<boolean> {
  try {
    const bytes = await readIfThere(indexFile);
    return bytes === null || isNowhereIn(bytes, objectIdLength(objectFormat) / 2, paths);
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return false;
  }
}

/** The same of the bytes of an index file. */
export function isNowhereIn(bytes: Buffer, idBytes: number, paths: readonly string[]): boolean {
  const isNowhere = (path: string) => path !== "." && !bytes.includes(path, 0, "latin1");
  return paths.every(isNowhere) && saysAllByNames(bytes, idBytes);
}

const EXTENDED = 0x40;
const LONGEST_COUNTED = 0x0fff;

/**
 * Whether what an index has is told by the names that stand in its file: header, entries, extensions and digest, as in
 * gitformat-index(5), of version 2 or 3. Those of version 4 are shortened, and an extension that has to be understood
 * says that there is more: in another file (a split index), or below an entry (a sparse one). So does a submodule.
 * It runs once in a process, over all entries: nothing is called for each, which would take ten times as long.
 */
function saysAllByNames(bytes: Buffer, idBytes: number): boolean {
  const end = bytes.length - idBytes;
  if (end < HEADER_BYTES || bytes.toString("latin1", 0, 4) !== "DIRC") return false;
  if (![2, 3].includes(bytes.readUInt32BE(4))) return false;
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + STAT_BYTES + idBytes;
    const flags = bytes[flagsAt];
    const low = bytes[flagsAt + 1];
    if (flags === undefined || low === undefined || bytes[at + MODE_AT + 2] === SUBMODULE) return false;
    const nameAt = flagsAt + ((flags & EXTENDED) === 0 ? 2 : 4);
    const counted = ((flags << 8) | low) & LONGEST_COUNTED;
    const nameEnd = counted < LONGEST_COUNTED ? nameAt + counted : bytes.indexOf(0, nameAt);
    if (nameEnd < nameAt) return false;
    // Up to eight bytes of zero follow each name, so that the next entry is aligned.
    at += (nameEnd - at + 8) & ~7;
  }
  return endsWithOptionalExtensions(bytes, at, end);
}

/** The upper byte of what says in a mode which kind of entry it is. */
const SUBMODULE = 0xe0;

/** Signature, length, and so many bytes. Those whose signature begins with a capital letter may be passed over. */
function endsWithOptionalExtensions(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at + 8 <= end) {
    if (!/^[A-Z]/.test(bytes.toString("latin1", at, at + 4))) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end;
}
