import type { TreeId } from "../adapters/git/ids.ts";
import { type IndexEntry, stagedEntries, updateIndex } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { exactly } from "../fingerprint/pathspecs.ts";

/**
 * After `git commit -- path` with an index of the user's own, that index still holds the old reports, and
 * its next commit would revert the new ones. Where it holds exactly what was there before, it gets what the
 * commit has.
 */
export async function settleIndex(
  worktree: Worktree,
  head: TreeId,
  { reports, before }: { readonly reports: string; readonly before: readonly IndexEntry[] },
): Promise<boolean> {
  const [staged, committed] = await Promise.all([
    stagedEntries(worktree, [exactly(reports)]),
    entriesAt(worktree, head, [reports]),
  ]);
  const target = committed.map((entry) => ({ ...entry, stage: 0 }));
  if (sameEntries(staged, target) || !sameEntries(staged, before)) return false;
  const kept = new Set(target.map(({ path }) => path));
  const gone = staged.map(({ path }) => path).filter((path) => !kept.has(path));
  await updateIndex(worktree, { remove: gone, add: target });
  return true;
}

function sameEntries(left: readonly IndexEntry[], right: readonly IndexEntry[]): boolean {
  const text = (entries: readonly IndexEntry[]) =>
    entries
      .map(({ mode, id, stage, path }) => `${mode} ${id} ${stage} ${path}`)
      .sort()
      .join("\n");
  return text(left) === text(right);
}
