import { DIRECTORY } from "./ids.ts";

/**
 * What an index has at each path ("" is all of it), as `<mode> <id>`, from the bytes of its file: that takes a fifth
 * of what it takes to start git. A directory is told where git has written down its tree and nothing was staged below
 * it since. null where a path has nothing, and where only git can tell: what is unmerged, or marked in some way, or
 * lies in another file (a split index) or is shortened (version 4). The format is that of gitformat-index(5).
 */
export function standingInIndex(
  bytes: Buffer,
  idBytes: number,
  paths: readonly string[],
): ReadonlyMap<string, string | null> {
  const isIndex =
    bytes.length >= HEADER_BYTES + idBytes && bytes.toString("latin1", 0, SIGNATURE_BYTES) === "DIRC";
  if (!isIndex) return new Map();
  const trees = treesWritten(bytes, idBytes, new Set(paths.map(latin1)));
  return new Map(paths.map((path) => [path, trees.get(latin1(path)) ?? fileAt(bytes, idBytes, path)]));
}

/** Names are bytes: as text, those that are no UTF-8 would all be the same. */
const latin1 = (path: string) => Buffer.from(path).toString("latin1");

const HEADER_BYTES = 12;
const SIGNATURE_BYTES = 4;
const LENGTH_BYTES = 4;
/** Times, device, inode, mode, owner and size. */
const STAT_BYTES = 40;
const MODE_AT = 24;
const FILE_MODES = ["100644", "100755", "120000", "160000"];
/** Names of so many bytes are not counted. */
const UNCOUNTED = 0x0fff;

/** An entry: what the file looked like on disk, its id, flags, which are nothing but the length of its name, and that. */
function fileAt(bytes: Buffer, idBytes: number, path: string): string | null {
  const name = Buffer.from(`..${path}\0`);
  const length = name.length - 3;
  if (length === 0 || length >= UNCOUNTED) return null;
  name.writeUInt16BE(length);
  const flagsAt = bytes.indexOf(name);
  const idAt = flagsAt - idBytes;
  const statAt = idAt - STAT_BYTES;
  if (statAt < 0) return null;
  const mode = bytes.readUInt32BE(statAt + MODE_AT).toString(8);
  return FILE_MODES.includes(mode) ? `${mode} ${bytes.toString("hex", idAt, flagsAt)}` : null;
}

/**
 * The extensions of an index come last, before its digest, one after the other: signature, length, and so many bytes.
 * Where the first begins is known to whoever reads all entries. So "TREE" is looked for from the end, and is one if
 * from there each begins where the one before it ends.
 */
function treesWritten(
  bytes: Buffer,
  idBytes: number,
  wanted: ReadonlySet<string>,
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
  readonly path: string;
  left: number;
}

/**
 * Directories, each before those in it: name, NUL, how many entries are below it (-1: its tree is not known), SP, how
 * many directories it has, LF, and the id of its tree where that is known. The first one is the top level, without a
 * name. null where it is something else.
 */
function readTrees(
  bytes: Buffer,
  idBytes: number,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, string> | null {
  const trees = new Map<string, string>();
  const open: OpenDirectory[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = bytes.indexOf(0, at);
    const countsEnd = bytes.indexOf(0x0a, nameEnd);
    if (nameEnd === -1 || countsEnd === -1 || nameEnd > at === (at === 0)) return null;
    const counts = /^(-1|\d+) (\d+)$/.exec(bytes.toString("latin1", nameEnd + 1, countsEnd));
    if (counts === null) return null;
    const idAt = countsEnd + 1;
    const next = counts[1] === "-1" ? idAt : idAt + idBytes;
    const path = pathOfNext(open, bytes.toString("latin1", at, nameEnd));
    if (next > bytes.length) return null;
    if (next > idAt && wanted.has(path)) trees.set(path, `${DIRECTORY} ${bytes.toString("hex", idAt, next)}`);
    open.push({ path, left: Number(counts[2]) });
    at = next;
  }
  return trees;
}

/** Once those directories are left whose own are all read. */
function pathOfNext(open: OpenDirectory[], name: string): string {
  while (open.at(-1)?.left === 0) open.pop();
  const parent = open.at(-1);
  if (parent === undefined) return name;
  parent.left -= 1;
  return parent.path === "" ? name : `${parent.path}/${name}`;
}
