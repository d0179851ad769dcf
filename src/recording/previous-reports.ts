import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { listTree, readBlobs, resolveTree } from "../adapters/git/trees.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import type { PreviousReports } from "../reports/previous.ts";

/** From the judged tree; where it has none (a merge takes conflicting reports out), from HEAD. */
export async function previousReports(
  repository: Repository,
  tree: TreeId,
  reports: string,
): Promise<PreviousReports | null> {
  const head = await resolveTree(repository, "HEAD");
  for (const candidate of [tree, ...(head === null ? [] : [head])]) {
    const entries = await listTree(repository, candidate, [exactly(reports)]);
    if (entries.length === 0) continue;
    const blobs = new Map(entries.map(({ path, id }) => [path.slice(reports.length + 1), id]));
    return { blobs, readText: (paths) => readTexts(repository, blobs, paths) };
  }
  return null;
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
