import { join, resolve } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { readSessionAccount } from "../sessions/session-account.ts";
import { sessionStates } from "../sessions/session-state.ts";
import { REPORT, writeReport } from "../sessions/spreadsheet.ts";
import { loadSession, sessionFolder, sessionPath } from "../suite/session.ts";
import type { Context } from "./context.ts";
import { atWorkSince, namedSession, withoutRecord } from "./named-session.ts";
import { openWorktree } from "./open.ts";
import type { SessionsReportDocument } from "./sessions-report-document.ts";

export interface SessionsReportOptions {
  /** Its name, or a path that ends in it; null: the newest one. */
  readonly session: string | null;
  /** Where to write it; null: into the session's directory. */
  readonly output: string | null;
}

/** Writes a session's results as a spreadsheet: of one that has ended, one that runs, or one that was killed. */
export async function sessionsReport(
  context: Context,
  { session, output }: SessionsReportOptions,
): Promise<Outcome<SessionsReportDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refused(2, opened.error);
  const worktree = opened.value;
  const named = await namedSession(worktree, session);
  if (!named.ok) return refused(2, named.error);
  const folder = sessionFolder(worktree.topLevel, named.value);
  const record = await loadSession(folder);
  if (record === null) return refused(1, await withoutRecord(folder));
  const place = output === null ? join(folder.directory, REPORT) : resolve(context.directory, output);
  if ((await kindOf(place)) === "directory") return refused(2, isDirectory(output ?? place));
  const state = sessionStates([record], await atWorkSince(worktree)).get(record.name) ?? "crashed";
  const account = await readSessionAccount(folder, record, state);
  const written = await writeReport(account, folder.directory, place);
  const file = output ?? `${sessionPath(folder.name)}/${REPORT}`;
  return {
    exit: 0,
    document: { ...NOTHING, ...written, session: folder.name, state, file, problems: [] },
  };
}

const NOTHING = {
  schema: "gate/sessions-report@1",
  session: null,
  state: null,
  file: null,
  bytes: 0,
  sheets: {},
  cut: [],
} as const;

function refused(exit: ExitCode, one: Problem): Outcome<SessionsReportDocument> {
  return { exit, document: { ...NOTHING, problems: [one] } };
}

function isDirectory(output: string): Problem {
  return problem("usage", `${output} is a directory.`, {
    hint: `Name a file:  --output ${join(output, REPORT)}`,
  });
}
