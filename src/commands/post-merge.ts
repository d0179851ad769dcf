import type { Outcome } from "../outcome.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { judgeHead, type StaleHead } from "./stale-head.ts";

export interface PostMergeDocument extends StaleHead {
  readonly schema: "gate/post-merge@1";
}

/** Says which suites a merge, or a pull, has left without evidence. Never fails: the merge is there already. */
export async function postMerge(context: Context): Promise<Outcome<PostMergeDocument>> {
  // Inside the pre-commit framework. After --squash nothing is committed yet: pre-commit will look.
  if (context.environment.PRE_COMMIT_IS_SQUASH_MERGE === "1") {
    return { exit: 0, document: { schema: "gate/post-merge@1", suites: [], problems: [] } };
  }
  const opened = await openWorktree(context);
  const head = opened.ok ? await judgeHead(opened.value) : { suites: [], problems: [opened.error] };
  return { exit: 0, document: { schema: "gate/post-merge@1", ...head } };
}
