import { DIRECTORY } from "./ids.ts";

/**
 * What an index has at each path ("" is all of it), as `<mode> <id>`, from the bytes of its file: at 10,000 entries
 * that takes a fifth of what it takes to ask git. A directory is told where git has written down its tree and nothing
 * was staged below it since. null where a path has nothing, and where only git can tell: what is unmerged, or marked
 * in some way, or lies in another file (a split index) or is shortened (version 4). The format is that of
 * gitformat-index(5).
 */
export function standingInIndex(
  bytes: Buffer,
  idBytes: number,
  paths: readonly string[],
): ReadonlyMap<string, string | null> {
  const isIndex =
    bytes.length >= HEADER_BYTES + idBytes && bytes.toString("latin1", 0, SIGNATURE_BYTES) === "DIRC";
  if (!isIndex) return new Map();
  const trees = treesWritten(bytes, idBytes, paths.map(latin1));
  const standing = new Map<string, string | null>();
  let from = HEADER_BYTES;
  // Entries lie in the order of their names' bytes: each is looked for behind the one before.
  for (const path of paths.toSorted((one, other) => (latin1(one) < latin1(other) ? -1 : 1))) {
    const tree = trees.get(latin1(path));
    const file = tree === undefined ? fileAt(bytes, idBytes, path, from) : null;
    standing.set(path, tree ?? file?.text ?? null);
    from = file?.end ?? from;
  }
  return standing;
}

/** Names are bytes: as text, those that are no UTF-8 would all be the same. */
const latin1 = (path: string) => Buffer.from(path).toString("latin1");

const HEADER_BYTES = 12;
const SIGNATURE_BYTES = 4;
const LENGTH_BYTES = 4;
/** Times, device, inode, mode, owner and size. */
const STAT_BYTES = 40;
const MODE_AT = 24;
const FLAGS_BYTES = 2;
const FILE_MODES = ["100644", "100755", "120000", "160000"];
/** Names of so many bytes are not counted. */
const UNCOUNTED = 0x0fff;

interface FileFound {
  readonly text: string;
  readonly end: number;
}

/** An entry: what the file looked like on disk, its id, flags, which are nothing but the length of its name, and that. */
function fileAt(bytes: Buffer, idBytes: number, path: string, from: number): FileFound | null {
  const name = Buffer.from(`${path}\0`);
  const length = name.length - 1;
  if (length === 0 || length >= UNCOUNTED) return null;
  // Names that only end in this one come before it: their flags are elsewhere.
  for (let nameAt = bytes.indexOf(name, from); nameAt !== -1; nameAt = bytes.indexOf(name, nameAt + 1)) {
    const flagsAt = nameAt - FLAGS_BYTES;
    const statAt = flagsAt - idBytes - STAT_BYTES;
    if (statAt < 0 || bytes.readUInt16BE(flagsAt) !== length) continue;
    const mode = bytes.readUInt32BE(statAt + MODE_AT).toString(8);
    if (!FILE_MODES.includes(mode)) return null;
    const text = `${mode} ${bytes.toString("hex", statAt + STAT_BYTES, flagsAt)}`;
    return { text, end: nameAt + name.length };
  }
  return null;
}

/**
 * The extensions of an index come last, before its digest, one after the other: signature, length, and so many bytes.
 * Where the first begins is known to whoever reads all entries. So "TREE" is looked for from the end, and is one if
 * from there each begins where the one before it ends.
 */
function treesWritten(
  bytes: Buffer,
  idBytes: number,
  wanted: readonly string[],
): ReadonlyMap<string, string> {
  const end = bytes.length - idBytes;
  let at = bytes.lastIndexOf("TREE", end - SIGNATURE_BYTES - LENGTH_BYTES, "latin1");
  while (at > 0) {
    const trees = endsWithExtensions(bytes, at, end)
      ? readTrees(contentAt(bytes, at), idBytes, wanted)
      : null;
    if (trees !== null) return trees;
    at = bytes.lastIndexOf("TREE", at - 1, "latin1");
  }
  return new Map();
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
