import type { Outcome } from "../outcome.ts";
import { type Problem, warning } from "../problem.ts";
import { listAllSessions, summariseCrashed } from "../sessions/session-list.ts";
import type { Context } from "./context.ts";
import { atWorkSince } from "./named-session.ts";
import { openWorktree } from "./open.ts";
import type { SessionsDocument } from "./sessions-document.ts";

export interface SessionsOptions {
  /** null: every suite. */
  readonly suite: string | null;
}

/** The sessions of this worktree, newest first. */
export async function sessions(
  context: Context,
  { suite }: SessionsOptions,
): Promise<Outcome<SessionsDocument>> {
  const documentOf = (found: SessionsDocument["sessions"], problems: readonly Problem[]) => ({
    schema: "gate/sessions@1" as const,
    suite,
    sessions: found,
    problems,
  });
  const opened = await openWorktree(context);
  if (!opened.ok) return { exit: 2, document: documentOf([], [opened.error]) };
  const worktree = opened.value;
  const all = await listAllSessions(worktree.topLevel, await atWorkSince(worktree));
  const unwritten = await summariseCrashed(worktree.topLevel, all);
  const chosen = all.filter((one) => suite === null || one.suite === suite);
  const problems = unwritten.map((what) => warning("file-system", `${what}.`));
  return { exit: 0, document: documentOf(chosen, problems) };
}
