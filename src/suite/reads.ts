import type { Observations } from "./observations.ts";

/** Which files the tests of a run read, what these led to included. Paths are relative to the top level. */
export interface Reads {
  /** By test id. */
  readonly byTest: ReadonlyMap<string, ReadonlySet<string>>;
  /** By all tests, and by what happened before and between them. */
  readonly all: ReadonlySet<string>;
}

/**
 * Follows what files lead to: a test that reads a module has read all that the module imports, even where an
 * earlier test had Python load it. `fileOf` names the file that a test is in.
 */
export function followReads(observed: Observations, fileOf: ReadonlyMap<string, string | null>): Reads {
  const all = new Set(follow(observed.bySuite, observed.uses));
  const byTest = new Map<string, ReadonlySet<string>>();
  const known = new Map<string, ReadonlySet<string>>();
  for (const [id, file] of fileOf) {
    const read = observed.byTest.get(id);
    const starts = [...(read ?? []), ...(file === null ? [] : [file])];
    if (read === undefined && !observed.uses.has(file ?? "")) continue;
    const key = starts.toSorted().join("\0");
    const followed = known.get(key) ?? follow(starts, observed.uses);
    known.set(key, followed);
    byTest.set(id, followed);
  }
  for (const read of observed.byTest.values()) for (const path of read) all.add(path);
  for (const followed of known.values()) for (const path of followed) all.add(path);
  return { byTest, all };
}

function follow(
  starts: Iterable<string>,
  uses: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const reached = new Set(starts);
  // A set takes what is added to it while it is gone through.
  for (const path of reached) for (const next of uses.get(path) ?? []) reached.add(next);
  return reached;
}

/**
 * How many tests read a file: null where nobody saw it read. What was read before the tests, and by none of
 * them in particular, matters to all.
 */
export function testsReading({ byTest, all }: Reads, path: string): number | null {
  let count = 0;
  for (const read of byTest.values()) if (read.has(path)) count += 1;
  if (count > 0) return count;
  return all.has(path) ? byTest.size : null;
}
