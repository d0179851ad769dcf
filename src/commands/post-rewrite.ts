import type { Outcome } from "../outcome.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { judgeHead, type StaleHead } from "./stale-head.ts";

export interface PostRewriteDocument extends StaleHead {
  readonly schema: "gate/post-rewrite@1";
}

/** Says which suites an amend or a rebase has left without evidence. Never fails: HEAD is rewritten already. */
export async function postRewrite(context: Context): Promise<Outcome<PostRewriteDocument>> {
  const opened = await openWorktree(context);
  const head = opened.ok ? await judgeHead(opened.value) : { suites: [], problems: [opened.error] };
  return { exit: 0, document: { schema: "gate/post-rewrite@1", ...head } };
}
