import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { listTree, resolveTrees } from "../adapters/git/trees.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";
import type { PlannedAttachment } from "./edited-reports.ts";

/** Commits that a merge, a cherry-pick or a revert takes reports from. */
const SOURCES = ["HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/**
 * What somebody has staged under the reports and is about to be replaced: neither gate nor a commit has put it
 * there. Reports are gate's to write, so it gives way; it is named, and git still has it.
 */
export async function replacedWork(worktree: Worktree, planned: PlannedAttachment): Promise<Problem[]> {
  const { attachment, wanted, before, lastAttached } = planned;
  const key = ({ path, id }: { readonly path: string; readonly id: string }) => `${id} ${path}`;
  const known = new Set([
    ...wanted.map(key),
    ...(await reportsBelow(worktree, lastAttached, attachment.reports)).map(key),
  ]);
  const unknown = before.filter((entry) => entry.stage === 0 && !known.has(key(entry)));
  if (unknown.length === 0) return [];
  const trees = await resolveTrees(worktree, SOURCES);
  const listings = await Promise.all(
    trees.map((tree) => (tree === null ? [] : listTree(worktree, tree, [exactly(attachment.reports)]))),
  );
  const committed = new Set(listings.flat().map(key));
  return unknown
    .filter((entry) => !committed.has(key(entry)))
    .map(({ path, id }) =>
      warning("reports-edited", `${path} was staged by somebody else than gate, and was replaced.`, {
        path,
        suite: attachment.suite,
        hint: `git still has it:  git cat-file -p ${id.slice(0, 12)}`,
      }),
    );
}

async function reportsBelow(
  worktree: Worktree,
  tree: TreeId | null,
  reports: string,
): Promise<{ readonly path: string; readonly id: string }[]> {
  if (tree === null) return [];
  const entries = await listTree(worktree, tree, []);
  return entries.map(({ path, id }) => ({ path: `${reports}/${path}`, id }));
}
