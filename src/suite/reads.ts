import type { Observations } from "./observations.ts";
import { type PathSet, ReachedFiles } from "./reached-files.ts";

/** Which files the tests of a run read, what these led to included. Paths are relative to the top level. */
export interface Reads {
  /** By test id. */
  readonly byTest: ReadonlyMap<string, PathSet>;
  /** By all tests, and by what happened before and between them. */
  readonly all: ReadonlySet<string>;
}

/**
 * Follows what files lead to: a test that reads a module has read all that the module imports, even where an
 * earlier test had Python load it. `fileOf` names the file that a test is in.
 */
export function followReads(observed: Observations, fileOf: ReadonlyMap<string, string | null>): Reads {
  const { uses, accompanied } = observed;
  const files = new ReachedFiles(uses);
  const withCompany = accompaniedTargets(observed);
  const started = new Set(observed.bySuite);
  for (const read of observed.byTest.values()) for (const path of read) started.add(path);
  const byTest = new Map<string, PathSet>();
  const known = new Map<string, PathSet>();
  for (const [id, file] of fileOf) {
    const read = observed.byTest.get(id);
    if (read === undefined && !uses.has(file ?? "")) continue;
    const starts = [...(read ?? []), ...(file === null ? [] : [file])];
    const key = starts.toSorted().join("\0");
    const company = (reached: PathSet) =>
      [...starts, ...withCompany.filter((path) => reached.has(path))].flatMap((path) => [
        ...(accompanied.get(path) ?? []),
      ]);
    const followed = known.get(key) ?? files.from(starts, company);
    known.set(key, followed);
    byTest.set(id, followed);
    if (file !== null) started.add(file);
  }
  const ofTests = withAccompanying(follow(started, uses), accompanied);
  return { byTest, all: follow(withAccompanying(follow(ofTests, uses), accompanied), uses) };
}

/** Files that others lead to and that something accompanies: few. A test's own file is none. */
function accompaniedTargets({ uses, accompanied }: Observations): readonly string[] {
  const targets = new Set([...uses.values()].flatMap((next) => [...next]));
  return [...accompanied.keys()].filter((path) => targets.has(path));
}

function withAccompanying(
  reached: ReadonlySet<string>,
  accompanied: Observations["accompanied"],
): ReadonlySet<string> {
  return new Set([...reached, ...[...reached].flatMap((path) => [...(accompanied.get(path) ?? [])])]);
}

function follow(starts: Iterable<string>, uses: Observations["uses"]): ReadonlySet<string> {
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
