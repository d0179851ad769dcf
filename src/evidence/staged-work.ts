import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { resolveTree, resolveTrees } from "../adapters/git/trees.ts";
import { type Problem, warning } from "../problem.ts";
import { agreeingInIndex } from "./agreeing-reports.ts";
import { readAttached } from "./attached.ts";
import { keyOf, keysBelow, type PlannedAttachment } from "./edited-reports.ts";

/** Commits besides HEAD that a merge, a cherry-pick or a revert takes reports from. */
const SOURCES = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/** While pre-merge-commit runs there is no MERGE_HEAD yet: git names what it merges in `GITHEAD_<id>`. */
const MERGED = /^GITHEAD_([0-9a-f]{40,64})$/;

function sourcesOf({ environment }: Worktree): readonly string[] {
  return [...SOURCES, ...Object.keys(environment).flatMap((name) => MERGED.exec(name)?.[1] ?? [])];
}

/**
 * What somebody has staged under the reports and is about to be replaced: neither gate nor a commit has put it
 * there. Reports are gate's to write, so it gives way; it is named, and git still has it.
 */
export async function replacedWork(worktree: Worktree, planned: PlannedAttachment): Promise<Problem[]> {
  const { attachment, wanted, now } = planned;
  const { reports, suite } = attachment;
  const kept = new Set(wanted.map(keyOf));
  const given = now.staged.filter((entry) => entry.stage === 0 && !kept.has(keyOf(entry)));
  if (given.length === 0) return [];
  const committed = await committedKeys(worktree, await resolveTree(worktree, "HEAD"), reports);
  const replaced = given.filter((entry) => !committed.has(keyOf(entry)));
  if (replaced.length === 0) return [];
  // Of any suite: one that was renamed has put its reports there under its old name.
  const attached = [...(await readAttached(worktree)).values()];
  const known = await Promise.all([
    ...attached.map((evidence) => keysBelow(worktree, evidence, reports)),
    ...(await resolveTrees(worktree, sourcesOf(worktree))).map((tree) =>
      committedKeys(worktree, tree, reports),
    ),
    agreeingInIndex(worktree, attachment, now.staged).then((agreeing) => new Set(agreeing.map(keyOf))),
  ]);
  const written = new Set(wanted.map(({ path }) => path));
  return replaced
    .filter((entry) => !known.some((keys) => keys.has(keyOf(entry))))
    .map(({ path, id }) => {
      const end = written.has(path) ? "replaced" : `removed: ${reports} is for reports alone`;
      return warning("reports-edited", `${path} was staged by somebody else than gate, and was ${end}.`, {
        path,
        suite,
        hint: `git still has it:  git cat-file -p ${id.slice(0, 12)}`,
      });
    });
}

async function committedKeys(
  worktree: Worktree,
  tree: TreeId | null,
  reports: string,
): Promise<ReadonlySet<string>> {
  const entries = tree === null ? [] : await entriesAt(worktree, tree, [reports]);
  return new Set(entries.map(keyOf));
}
