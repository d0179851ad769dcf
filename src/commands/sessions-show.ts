import type { Worktree } from "../adapters/git/repository.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, warning } from "../problem.ts";
import type { SessionAccount } from "../sessions/account.ts";
import { readSessionAccount } from "../sessions/session-account.ts";
import { sessionStates } from "../sessions/session-state.ts";
import { SUMMARY_FILE, writeSessionSummary } from "../sessions/summary.ts";
import {
  loadSession,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
  sessionPath,
} from "../suite/session.ts";
import type { Context } from "./context.ts";
import { atWorkSince, namedSession, withoutRecord } from "./named-session.ts";
import { openWorktree } from "./open.ts";
import type { SessionDocument } from "./sessions-document.ts";
import { followSession } from "./sessions-follow.ts";

export interface SessionsShowOptions {
  /** Its name, or a path that ends in it; null: the newest one. */
  readonly session: string | null;
  /** Whether to print what happens until it has ended. */
  readonly follow: boolean;
}

/** Reads one session: one that has ended, one that runs, or one that was killed. */
export async function sessionsShow(
  context: Context,
  { session, follow }: SessionsShowOptions,
): Promise<Outcome<SessionDocument>> {
  const refuse = (one: Problem) => ({ exit: 2 as const, document: documentOf(null, null, [one]) });
  const opened = await openWorktree(context);
  if (!opened.ok) return refuse(opened.error);
  const worktree = opened.value;
  const named = await namedSession(worktree, session);
  if (!named.ok) return refuse(named.error);
  const folder = sessionFolder(worktree.topLevel, named.value);
  if (follow) await followSession(context, worktree, folder);
  if (follow && context.abort.aborted) return { exit: 130, document: documentOf(null, folder.name, []) };
  const record = await loadSession(folder);
  if (record === null)
    return { exit: 0, document: documentOf(null, folder.name, [await withoutRecord(folder)]) };
  const account = await readSessionAccount(folder, record, await stateOf(worktree, record));
  const problems = await withSummary(folder, account);
  return { exit: 0, document: documentOf(account, folder.name, problems) };
}

async function stateOf(worktree: Worktree, record: SessionRecord) {
  return sessionStates([record], await atWorkSince(worktree)).get(record.name) ?? "crashed";
}

/** A killed gate came to write none. */
async function withSummary(folder: SessionFolder, account: SessionAccount): Promise<readonly Problem[]> {
  const { state, files } = account;
  if (state !== "crashed" || files.some(({ name }) => name === SUMMARY_FILE)) return [];
  try {
    await writeSessionSummary(folder, account);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [warning("file-system", `${SUMMARY_FILE} was not written: ${reason}.`)];
  }
}

function documentOf(
  session: SessionAccount | null,
  name: string | null,
  problems: readonly Problem[],
): SessionDocument {
  return {
    schema: "gate/session-account@1",
    session,
    path: name === null ? null : sessionPath(name),
    problems,
  };
}
