import type { Parts } from "../files/parts.ts";
import { DIRECTORY } from "./ids.ts";
import { fileAt, HEADER_BYTES } from "./index-entries.ts";

/**
 * What an index has at each path ("" is all of it), as `<mode> <id>`, from the bytes of its file: at 10,000 entries
 * that takes a fifth of what it takes to ask git. A directory is told where git has written down its tree and nothing
 * was staged below it since. null where a path has nothing, and where only git can tell: what is unmerged, or marked
 * in some way, or lies in another file (a split index) or is shortened (version 4). The format is that of
 * gitformat-index(5).
 */
export function standingInIndex(
  index: Parts,
  idBytes: number,
  paths: readonly string[],
): ReadonlyMap<string, string | null> {
  const header = index.between(0, HEADER_BYTES);
  if (index.length < HEADER_BYTES + idBytes || header.toString("latin1", 0, SIGNATURE_BYTES) !== "DIRC")
    return new Map();
  const trees = treesWritten(index, idBytes, paths.map(latin1));
  return new Map(paths.map((path) => [path, trees.get(latin1(path)) ?? fileAt(index, idBytes, path)]));
}

/** Names are bytes: as text, those that are no UTF-8 would all be the same. */
const latin1 = (path: string) => Buffer.from(path).toString("latin1");

const SIGNATURE_BYTES = 4;
const LENGTH_BYTES = 4;

/** The trees of 1,000 directories. Where more is needed, more is read. */
const TAIL_BYTES = 1 << 16;

function treesWritten(index: Parts, idBytes: number, wanted: readonly string[]): ReadonlyMap<string, string> {
  for (let size = TAIL_BYTES; ; size *= 8) {
    const tail = index.between(Math.max(0, index.length - size), index.length);
    const trees = treesIn(tail, idBytes, wanted);
    if (trees !== null) return trees;
    if (size >= index.length) return new Map();
  }
}

/**
 * The extensions of an index come last, before its digest, one after the other: signature, length, and so many bytes.
 * Where the first begins is known to whoever reads all entries. So "TREE" is looked for from the end, and is one if
 * from there each begins where the one before it ends.
 */
function treesIn(
  bytes: Buffer,
  idBytes: number,
  wanted: readonly string[],
): ReadonlyMap<string, string> | null {
  const end = bytes.length - idBytes;
  let at = bytes.lastIndexOf("TREE", end - SIGNATURE_BYTES - LENGTH_BYTES, "latin1");
  while (at > 0) {
    const trees = endsWithExtensions(bytes, at, end)
      ? readTrees(contentAt(bytes, at), idBytes, wanted)
      : null;
    if (trees !== null) return trees;
    at = bytes.lastIndexOf("TREE", at - 1, "latin1");
  }
  return null;
}

function endsWithExtensions(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at + SIGNATURE_BYTES + LENGTH_BYTES <= end) at = endOfExtension(bytes, at);
  return at === end;
}

function endOfExtension(bytes: Buffer, at: number): number {
  const lengthAt = at + SIGNATURE_BYTES;
  return lengthAt + LENGTH_BYTES + bytes.readUInt32BE(lengthAt);
}

function contentAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at + SIGNATURE_BYTES + LENGTH_BYTES, endOfExtension(bytes, at));
}

interface OpenDirectory {
  /** null where nothing that is wanted lies in it. */
  readonly path: string | null;
  left: number;
}

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const MINUS = 0x2d;

/**
 * Directories, each before those in it: name, NUL, how many entries are below it (-1: its tree is not known), SP, how
 * many directories it has, LF, and the id of its tree where that is known. The first one is the top level, without a
 * name. null where it is something else.
 */
function readTrees(
  bytes: Buffer,
  idBytes: number,
  wanted: readonly string[],
): ReadonlyMap<string, string> | null {
  const onTheWay = new Set(wanted.flatMap(withDirectoriesAbove));
  const trees = new Map<string, string>();
  const open: OpenDirectory[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = directoryAt(bytes, idBytes, at);
    if (found === null) return null;
    const { nameEnd, left, idAt, end } = found;
    const parent = parentOfNext(open);
    const path = parent === null ? null : `${parent}${bytes.toString("latin1", at, nameEnd)}`;
    const isWanted = path !== null && onTheWay.has(path);
    if (isWanted && end > idAt) trees.set(path, `${DIRECTORY} ${bytes.toString("hex", idAt, end)}`);
    open.push({ path: isWanted ? path : null, left });
    at = end;
  }
  return trees;
}

interface DirectoryFound {
  readonly nameEnd: number;
  readonly left: number;
  /** Where its id is, which is empty where it is not known. */
  readonly idAt: number;
  readonly end: number;
}

function directoryAt(bytes: Buffer, idBytes: number, at: number): DirectoryFound | null {
  const nameEnd = bytes.indexOf(0, at);
  const countsEnd = nameEnd === -1 ? -1 : bytes.indexOf(LINE_FEED, nameEnd);
  const left = countsEnd === -1 ? null : numberBefore(bytes, countsEnd);
  const isTop = nameEnd === at;
  if (left === null || isTop !== (at === 0)) return null;
  const idAt = countsEnd + 1;
  const end = bytes[nameEnd + 1] === MINUS ? idAt : idAt + idBytes;
  return end > bytes.length ? null : { nameEnd, left, idAt, end };
}

function withDirectoriesAbove(path: string): readonly string[] {
  return ["", ...[...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)), path];
}

/** Behind a space. */
function numberBefore(bytes: Buffer, end: number): number | null {
  let value = 0;
  let scale = 1;
  for (let at = end - 1; at >= 0 && bytes[at] !== SPACE; at -= 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return null;
    value += digit * scale;
    scale *= 10;
  }
  return scale === 1 ? null : value;
}

/** With a slash at its end, once those directories are left whose own are all read. null: nothing wanted lies there. */
function parentOfNext(open: OpenDirectory[]): string | null {
  while (open.at(-1)?.left === 0) open.pop();
  const parent = open.at(-1);
  if (parent === undefined) return "";
  parent.left -= 1;
  return parent.path === null || parent.path === "" ? parent.path : `${parent.path}/`;
}
