import type { Worktree } from "../adapters/git/repository.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem, warning } from "../problem.ts";
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
  const unknown = suite === null || chosen.length > 0 ? null : await unknownSuite(worktree, suite);
  if (unknown !== null) return { exit: 2, document: documentOf([], [unknown]) };
  const problems = unwritten.map((what) => warning("file-system", `${what}.`));
  return { exit: 0, document: documentOf(chosen, problems) };
}

/** null where it is one of gate.yaml that has not run yet, or nobody can say. */
async function unknownSuite(worktree: Worktree, suite: string): Promise<Problem | null> {
  const tree = await treeOfIndex(worktree);
  const configuration = tree.ok ? await configurationOf(worktree, tree.value) : null;
  if (configuration === null || !configuration.ok || configuration.value === null) return null;
  const names = configuration.value.suites.map(({ name }) => name);
  if (names.includes(suite)) return null;
  return problem("usage", `there is no suite ${suite}, and no session of one.`, {
    hint: `Suites in gate.yaml:  ${names.join(", ")}.  All sessions:  gate sessions`,
  });
}
