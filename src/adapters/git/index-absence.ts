import { fileErrorCode } from "../files/files.ts";
import { type Parts, withPartsOf } from "../files/parts.ts";
import { objectIdLength } from "./ids.ts";
import { entryAt, entryBefore, HEADER_BYTES } from "./index-entries.ts";
import type { Repository } from "./repository.ts";

/**
 * Whether it is certain, without asking git, that its index has nothing at any of these paths (bytes as Latin-1 text)
 * nor below them, and no submodule above. Most often that is so of a path whose rules somebody asks about.
 */
export function indexHasNothingAt(
  { indexFile, objectFormat }: Repository,
  paths: readonly string[],
): boolean {
  try {
    return withPartsOf(indexFile, (index) => isNowhereIn(index, objectIdLength(objectFormat) / 2, paths));
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === null) throw error;
    return code === "ENOENT";
  }
}

/** The same of an index file of version 2 or 3: the names of version 4 are shortened. */
export function isNowhereIn(index: Parts, idBytes: number, paths: readonly string[]): boolean {
  const header = index.between(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, 4) !== "DIRC") return false;
  if (![2, 3].includes(header.readUInt32BE(4))) return false;
  return (
    paths.every((path) => path !== "" && path !== "." && isNowhere(index, idBytes, path)) &&
    hasNothingElsewhere(index, idBytes)
  );
}

function isNowhere(index: Parts, idBytes: number, path: string): boolean {
  const near = namesAround(index, idBytes, `${path}/`);
  if (near === null || near.from.startsWith(`${path}/`)) return false;
  return [path, ...above(path)].every((one) => {
    // All that lies between a name and what is below it begins with that name.
    if (near.before < one || near.before.startsWith(`${one}/`)) return true;
    const own = namesAround(index, idBytes, one);
    return own !== null && own.from !== one;
  });
}

/** The directories that a path lies in. */
export const above = (path: string) =>
  [...path.matchAll(/\/(?=.)/g)].map(({ index }) => path.slice(0, index));

/** All entries lie before it. */
const END = "\xff\xff";

interface Names {
  /** "" where there is none. */
  readonly before: string;
  /** The first that does not come before the name; "\xff\xff" behind the last one. */
  readonly from: string;
}

/** Between which entries a name belongs; null where that is not certain: they have to follow each other in order. */
function namesAround(index: Parts, idBytes: number, name: string): Names | null {
  const { at: start, until } = entryBefore(index, idBytes, Buffer.from(name, "latin1"));
  const bytes = index.between(start, until);
  let before = "";
  for (let at = 0; ; ) {
    const entry = entryAt(bytes, at, idBytes);
    if (entry === null) {
      const isEnd = endsWithOptionalExtensions(index, start + at, index.length - idBytes);
      return isEnd ? { before, from: END } : null;
    }
    const own = entry.name.toString("latin1");
    if (own < before) return null;
    if (own >= name) return { before, from: own };
    before = own;
    at = entry.end;
  }
}

/**
 * Behind the entries there are extensions, and an index with one that has to be understood has more: in another file
 * (a split index), or below an entry (a sparse one).
 */
function hasNothingElsewhere(index: Parts, idBytes: number): boolean {
  return namesAround(index, idBytes, END)?.from === END;
}

/** Signature, length, and so many bytes. Those whose signature begins with a capital letter may be passed over. */
function endsWithOptionalExtensions(index: Parts, from: number, end: number): boolean {
  let at = from;
  while (at + 8 <= end) {
    const head = index.between(at, at + 8);
    if (head.length < 8 || !/^[A-Z]/.test(head.toString("latin1", 0, 4))) return false;
    at += 8 + head.readUInt32BE(4);
  }
  return at === end;
}
