import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { readBlobs, resolveTree } from "../adapters/git/trees.ts";
import type { PreviousReports } from "../reports/previous.ts";

/** From the judged tree; where it has none (a merge takes conflicting reports out), from HEAD. */
export async function previousReports(
  repository: Repository,
  tree: TreeId,
  reports: string,
): Promise<PreviousReports | null> {
  return (
    (await reportsIn(repository, tree, reports)) ??
    reportsIn(repository, await resolveTree(repository, "HEAD"), reports)
  );
}

async function reportsIn(
  repository: Repository,
  tree: TreeId | null,
  reports: string,
): Promise<PreviousReports | null> {
  const entries = tree === null ? [] : await entriesAt(repository, tree, [reports]);
  if (entries.length === 0) return null;
  const blobs = new Map(entries.map(({ path, id }) => [path.slice(reports.length + 1), id]));
  return { blobs, readText: (paths) => readTexts(repository, blobs, paths) };
}

async function readTexts(
  repository: Repository,
  blobs: ReadonlyMap<string, string>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const known = paths.flatMap((path) => {
    const id = blobs.get(path);
    return id === undefined ? [] : [{ path, id }];
  });
  const contents = await readBlobs(
    repository,
    known.map(({ id }) => id),
  );
  return new Map(known.map(({ path }, index) => [path, contents[index]?.bytes.toString("utf8") ?? ""]));
}
