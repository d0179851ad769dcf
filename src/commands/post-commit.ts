import { treeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { compareTrees, resolveTree } from "../adapters/git/trees.ts";
import { settleIndex } from "../evidence/settle.ts";
import { EVERYTHING } from "../fingerprint/pathspecs.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, warning } from "../problem.ts";
import { authoredIn, forgetJudged, recallJudged } from "../recording/judged-commit.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";

export interface PostCommitDocument {
  readonly schema: "gate/post-commit@1";
  readonly problems: readonly Problem[];
}

/** Compares what was committed with what was judged, and settles the index after `git commit -- path`. */
export async function postCommit(context: Context): Promise<Outcome<PostCommitDocument>> {
  const opened = await openWorktree(context);
  const problems = opened.ok ? await compareWithJudged(opened.value) : [opened.error];
  return { exit: 0, document: { schema: "gate/post-commit@1", problems } };
}

async function compareWithJudged(worktree: Worktree): Promise<Problem[]> {
  const judged = await recallJudged(worktree);
  if (judged === null) return [];
  await forgetJudged(worktree);
  if (judged.authored !== null && judged.authored !== authoredIn(worktree)) return [];
  const head = await resolveTree(worktree, "HEAD");
  if (head === null) return [];
  for (const attached of judged.attached) await settleIndex(worktree, head, attached);
  if (head === judged.tree) return [];
  const changes = await compareTrees(worktree, treeId(judged.tree), head, [EVERYTHING]);
  const [first] = changes;
  if (first === undefined) return [];
  const more = changes.length === 1 ? "" : ` (and ${changes.length - 1} more)`;
  return [
    warning(
      "tree-moved",
      `the commit is not what gate judged: ${first.path}${more} was staged after the hook.`,
      {
        path: first.path,
        hint: "See whether the evidence still covers it:  gate status --rev HEAD",
      },
    ),
  ];
}
