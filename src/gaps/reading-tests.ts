import { compareByBytes } from "../reports/canonical-json.ts";
import type { Reads } from "../suite/reads.ts";
import { byModule } from "./modules.ts";

/** Which production files the tests of a run read. */
export interface ReadingTests {
  readonly tests: number;
  /** Production files that nothing read. */
  readonly unread: number;
  /** Those with the most unread files first. */
  readonly modules: readonly ReadModule[];
  /** Those that the fewest tests read first. */
  readonly files: readonly ReadFile[];
}

interface ReadModule {
  /** A directory; `.` for the top level. */
  readonly module: string;
  readonly files: number;
  readonly unread: number;
}

interface ReadFile {
  readonly path: string;
  /** How many tests read it. What was read before the tests and by none in particular counts for all of them. */
  readonly tests: number;
}

/** Pure. */
export function readingTests(production: readonly string[], reads: Reads): ReadingTests {
  const readers = readersOf(reads);
  const files = production
    .map((path) => ({ path, tests: readers.get(path) ?? (reads.all.has(path) ? reads.byTest.size : 0) }))
    .toSorted((left, right) => left.tests - right.tests || compareByBytes(left.path, right.path));
  const unreadOf = (some: readonly ReadFile[]) => some.filter(({ tests }) => tests === 0).length;
  return {
    tests: reads.byTest.size,
    unread: unreadOf(files),
    modules: [...byModule(files)]
      .map(([module, of]) => ({ module, files: of.length, unread: unreadOf(of) }))
      .toSorted((a, b) => b.unread - a.unread || compareByBytes(a.module, b.module)),
    files,
  };
}

/** The number of tests for each file that a test read. */
function readersOf({ byTest }: Reads): ReadonlyMap<string, number> {
  // Tests of one file share one set: each is gone through once.
  const shared = new Map<Iterable<string>, number>();
  for (const read of byTest.values()) shared.set(read, (shared.get(read) ?? 0) + 1);
  const readers = new Map<string, number>();
  for (const [read, tests] of shared) {
    for (const path of read) readers.set(path, (readers.get(path) ?? 0) + tests);
  }
  return readers;
}
