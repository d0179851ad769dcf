import type { Parts } from "../files/parts.ts";

/** Signature, version, and how many entries there are. */
export const HEADER_BYTES = 12;
/** Times, device, inode, mode, owner and size: with these an entry begins. */
const STAT_BYTES = 40;
const MODE_AT = 24;
const FLAGS_BYTES = 2;
/** Entries begin at such steps behind the header. */
const STEP = 8;
const FILE_MODES: ReadonlySet<number> = new Set([0o100644, 0o100755, 0o120000, 0o160000]);
/** Names of so many bytes are not counted. */
const UNCOUNTED = 0x0fff;

/** As much is searched byte by byte. */
const NEAR_BYTES = 1 << 16;
/** Room for one entry with the longest name that is counted, wherever it begins. */
const PROBE_BYTES = 1 << 13;

/**
 * What an index has at a path, as `<mode> <id>`: of an entry whose flags are nothing but the length of its name; null
 * where there is none. Names that only end in this one have their flags elsewhere.
 */
export function fileAt(index: Parts, idBytes: number, path: string): string | null {
  const name = Buffer.from(`${path}\0`);
  const length = name.length - 1;
  if (length === 0 || length >= UNCOUNTED) return null;
  const bytes = entriesAround(index, idBytes, name.subarray(0, length));
  for (let nameAt = bytes.indexOf(name); nameAt !== -1; nameAt = bytes.indexOf(name, nameAt + 1)) {
    const flagsAt = nameAt - FLAGS_BYTES;
    const statAt = flagsAt - idBytes - STAT_BYTES;
    if (statAt < 0 || bytes.readUInt16BE(flagsAt) !== length) continue;
    const mode = bytes.readUInt32BE(statAt + MODE_AT);
    if (!FILE_MODES.has(mode)) return null;
    return `${mode.toString(8)} ${bytes.toString("hex", statAt + STAT_BYTES, flagsAt)}`;
  }
  return null;
}

/**
 * The entries among which one of that name is if there is any: they lie in the order of their names' bytes. Where one
 * begins is written nowhere, and so it is guessed; a wrong guess finds nothing.
 */
function entriesAround(index: Parts, idBytes: number, name: Buffer): Buffer {
  let from = HEADER_BYTES;
  let to = index.length;
  while (to - from > NEAR_BYTES) {
    const middle = from + Math.floor((to - from) / 2 / STEP) * STEP;
    const entry = firstEntry(index.between(middle, middle + PROBE_BYTES), idBytes);
    if (entry === null) break;
    if (Buffer.compare(entry.name, name) > 0) to = middle + entry.at;
    else from = middle + entry.at;
  }
  return index.between(from, to);
}

/** null where none is there to be seen: behind the last one, or where their names are shortened (version 4). */
function firstEntry(bytes: Buffer, idBytes: number): { readonly at: number; readonly name: Buffer } | null {
  const before = STAT_BYTES + idBytes;
  for (let at = 0; at + before + FLAGS_BYTES <= bytes.length; at += STEP) {
    if (!FILE_MODES.has(bytes.readUInt32BE(at + MODE_AT))) continue;
    const nameAt = at + before + FLAGS_BYTES;
    const nameEnd = nameAt + (bytes.readUInt16BE(at + before) & UNCOUNTED);
    if (bytes.indexOf(0, nameAt) === nameEnd) return { at, name: bytes.subarray(nameAt, nameEnd) };
  }
  return null;
}

/** Bit of the flags that says that there are two more bytes of them. */
const EXTENDED = 0x4000;
/** As many entries are looked at one after the other. */
const CLOSE_BYTES = 1 << 12;

/**
 * The place of an entry whose name comes before this one, as near to it as is told by halves, or of the first one; and
 * how far to read from there. Where an entry begins is guessed: whoever reads on has to see that they follow each other.
 */
export function entryBefore(
  index: Parts,
  idBytes: number,
  name: Buffer,
): { readonly at: number; readonly until: number } {
  let at = HEADER_BYTES;
  let to = index.length;
  while (to - at > CLOSE_BYTES) {
    const middle = at + Math.floor((to - at) / 2 / STEP) * STEP;
    const entry = firstEntry(index.between(middle, middle + PROBE_BYTES), idBytes);
    // None is to be seen behind the last one.
    if (entry === null || Buffer.compare(entry.name, name) >= 0) to = middle;
    else at = middle + entry.at;
  }
  return { at, until: to + PROBE_BYTES };
}

/** The entry that begins at a place, and where the next one does; null where there is none. */
export function entryAt(
  bytes: Buffer,
  at: number,
  idBytes: number,
): { readonly name: Buffer; readonly end: number } | null {
  const flagsAt = at + STAT_BYTES + idBytes;
  if (flagsAt + FLAGS_BYTES > bytes.length || !FILE_MODES.has(bytes.readUInt32BE(at + MODE_AT))) return null;
  const flags = bytes.readUInt16BE(flagsAt);
  const nameAt = flagsAt + FLAGS_BYTES * ((flags & EXTENDED) === 0 ? 1 : 2);
  const counted = flags & UNCOUNTED;
  const nameEnd = bytes.indexOf(0, nameAt);
  const isWhole = counted === UNCOUNTED ? nameEnd - nameAt >= UNCOUNTED : nameEnd === nameAt + counted;
  if (!isWhole || nameEnd === nameAt) return null;
  // Up to eight bytes of zero follow each name, so that the next entry is aligned.
  return { name: bytes.subarray(nameAt, nameEnd), end: at + ((nameEnd - at + STEP) & ~(STEP - 1)) };
}
