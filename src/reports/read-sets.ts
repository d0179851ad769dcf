import type { PathSet } from "../suite/reached-files.ts";
import type { Reads } from "../suite/reads.ts";

/** Which tests read which inputs, as the manifest has it: most tests of a file read the same ones. */
export interface ReadSets {
  /** Inputs that were seen to be read, in byte order. One in no set was read by no test in particular. */
  readonly files: readonly string[];
  /** Positions in `files`, such as `0-3,7`. */
  readonly sets: readonly string[];
}

/** What every test of a recorded run read; null where nobody saw it, as of the first part of a run that was resumed. */
export function readsOfAll({
  reads,
  parts,
}: {
  readonly reads: ReadSets | null;
  readonly parts?: readonly unknown[];
}): ReadSets | null {
  return parts === undefined ? reads : null;
}

export interface PackedReads extends ReadSets {
  /** By test id: a position in `sets`. */
  readonly setOf: ReadonlyMap<string, number>;
}

export function packReads({ byTest, all }: Reads, inputs: ReadonlySet<string>): PackedReads {
  const files = [...all].filter((path) => inputs.has(path)).toSorted();
  const positions = new Map(files.map((path, position) => [path, position]));
  const rangesOf = new Map<PathSet, string>();
  const packed = new Map<string, string>();
  for (const [id, read] of byTest) {
    // tests of one file share the same set
    const ranges = rangesOf.get(read) ?? inRanges(positionsOf(read, positions));
    rangesOf.set(read, ranges);
    if (ranges !== "") packed.set(id, ranges);
  }
  const sets = [...new Set(packed.values())].toSorted();
  const indexes = new Map(sets.map((ranges, index) => [ranges, index]));
  const setOf = new Map([...packed].map(([id, ranges]) => [id, indexes.get(ranges) ?? 0]));
  return { files, sets, setOf };
}

function positionsOf(read: PathSet, positions: ReadonlyMap<string, number>): readonly number[] {
  const found: number[] = [];
  for (const path of read) {
    const position = positions.get(path);
    if (position !== undefined) found.push(position);
  }
  return found;
}

function inRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** Whether a set is well-formed and stays within so many files. */
export function isReadSet(text: string, files: number): boolean {
  if (!/^\d{1,9}(?:-\d{1,9})?(?:,\d{1,9}(?:-\d{1,9})?)*$/.test(text)) return false;
  return rangesIn(text).every(([from, to]) => from <= to && to < files);
}

function rangesIn(text: string): readonly (readonly [number, number])[] {
  return text.split(",").map((range) => {
    const [from = "", to = from] = range.split("-");
    return [Number(from), Number(to)] as const;
  });
}

/** The inverse of `packReads`: what each test read. */
export function unpackReads({ files, sets, setOf }: PackedReads): Reads {
  const unpacked = sets.map(
    (text) => new Set(rangesIn(text).flatMap(([from, to]) => files.slice(from, to + 1))),
  );
  const byTest = new Map([...setOf].map(([id, set]) => [id, unpacked[set] ?? new Set<string>()]));
  return { byTest, all: new Set(files) };
}

/** How many of the tests read an input; null where nobody saw it read. */
export function readersOf(
  { files, sets }: ReadSets,
  tests: Iterable<{ readonly reads: number | null }>,
  path: string,
): { readonly reading: number; readonly of: number } | null {
  const position = files.indexOf(path);
  if (position === -1) return null;
  const having = sets.map((text) => rangesIn(text).some(([from, to]) => from <= position && position <= to));
  const all = [...tests];
  const reading = all.filter(({ reads }) => reads !== null && having[reads]).length;
  return { reading: having.includes(true) ? reading : all.length, of: all.length };
}
