import { METADATA_FILE } from "./reports-place.ts";

/** The reports that the new ones replace. */
export interface PreviousReports {
  /** By path relative to the reports directory. */
  readonly blobs: ReadonlyMap<string, string>;
  readonly readText: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** A test's directory → its files but for the metadata → their blobs. */
type BehaviourFiles = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Sorts reports by the test that they belong to: `<test>.puml` and what is in `logs/<test>/`. */
export function behaviourFiles(
  reports: Iterable<{ readonly path: string; readonly blob: string }>,
): BehaviourFiles {
  const tests = new Map<string, Map<string, string>>();
  for (const { path, blob } of reports) {
    const directory = testDirectoryOf(path);
    if (directory === null || path === metadataPath(directory)) continue;
    const files = tests.get(directory) ?? new Map<string, string>();
    tests.set(directory, files.set(path, blob));
  }
  return tests;
}

function testDirectoryOf(path: string): string | null {
  const [, diagram, logs] = /^(?:([^/]*)\.puml|logs\/([^/]*)\/.*)$/s.exec(path) ?? [];
  return diagram ?? logs ?? null;
}

function metadataPath(directory: string): string {
  return `logs/${directory}/${METADATA_FILE}`;
}

/** By directory: the previous metadata of the tests that have the same other files as before. */
export async function readPreviousMetadata(
  previous: PreviousReports | null,
  now: BehaviourFiles,
): Promise<ReadonlyMap<string, string>> {
  if (previous === null) return new Map();
  const before = behaviourFiles([...previous.blobs].map(([path, blob]) => ({ path, blob })));
  const same = [...now.keys()].filter(
    (directory) =>
      previous.blobs.has(metadataPath(directory)) && sameFiles(before.get(directory), now.get(directory)),
  );
  const texts =
    same.length === 0 ? new Map<string, string>() : await previous.readText(same.map(metadataPath));
  return new Map(
    same.flatMap((directory) => {
      const text = texts.get(metadataPath(directory));
      return text === undefined ? [] : [[directory, text]];
    }),
  );
}

function sameFiles(
  before: ReadonlyMap<string, string> | undefined,
  now: ReadonlyMap<string, string> | undefined,
): boolean {
  if (before === undefined || now === undefined || before.size !== now.size) return false;
  return [...now].every(([path, blob]) => before.get(path) === blob);
}
