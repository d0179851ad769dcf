import { basename, dirname, join, resolve } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { archivable, writeArchive } from "../sessions/archive.ts";
import { type CheckedArchive, checkArchive } from "../sessions/archive-check.ts";
import { ARCHIVE } from "../sessions/archive-form.ts";
import { readSessionAccount } from "../sessions/session-account.ts";
import { sessionStates } from "../sessions/session-state.ts";
import { writeSessionSummary } from "../sessions/summary.ts";
import {
  isSessionName,
  loadSession,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
  sessionNames,
  sessionPath,
} from "../suite/session.ts";
import type { ArchiveDocument } from "./archive-document.ts";
import type { Context } from "./context.ts";
import { atWorkSince, namedSession } from "./named-session.ts";
import { openWorktree } from "./open.ts";

export interface ArchiveOptions {
  /** A session's name or a path that ends in it; to verify also the path of an archive. null: the newest one. */
  readonly session: string | null;
  readonly verify: boolean;
}

/** Packs a session's directory into one file, or reads such a file from end to end. */
export function archive(context: Context, options: ArchiveOptions): Promise<Outcome<ArchiveDocument>> {
  return options.verify ? verify(context, options.session) : write(context, options.session);
}

async function write(context: Context, session: string | null): Promise<Outcome<ArchiveDocument>> {
  const refuse = (exit: ExitCode, name: string | null, problems: readonly Problem[]) => ({
    exit,
    document: documentOf("write", name, { problems }),
  });
  const found = await sessionToArchive(context, session);
  if (!found.ok) return refuse(found.error.code === "session-unusable" ? 1 : 2, null, [found.error]);
  const { folder } = found.value;
  const before = archivable(folder);
  if (!before.ok) return refuse(1, folder.name, before.error);
  const summarise = await summaryWriter(found.value);
  await summarise(null);
  const entries = archivable(folder);
  if (!entries.ok) return refuse(1, folder.name, entries.error);
  const written = await writeArchive(folder, entries.value, context.abort);
  if (!written.ok) return refuse(1, folder.name, [written.error]);
  const { bytes, sha256 } = written.value;
  await summarise({ name: ARCHIVE, bytes, sha256 });
  return { exit: 0, document: documentOf("write", folder.name, { ...written.value, problems: [] }) };
}

interface FoundSession {
  readonly folder: SessionFolder;
  /** null where it cannot be read: what there is can be archived all the same. */
  readonly record: SessionRecord | null;
  readonly state: "ended" | "crashed";
}

async function sessionToArchive(
  context: Context,
  session: string | null,
): Promise<Result<FoundSession, Problem>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return opened;
  const worktree = opened.value;
  const named = await namedSession(worktree, session);
  if (!named.ok) return named;
  const found = await sessionAt(worktree, named.value);
  if (found !== null) return plainDirectory(found);
  const before = session === null ? await newestEnded(worktree) : null;
  return before === null ? err(stillRunning(named.value)) : plainDirectory(before);
}

/** null where it runs. */
async function sessionAt(worktree: Worktree, name: string): Promise<FoundSession | null> {
  const folder = sessionFolder(worktree.topLevel, name);
  const record = await loadSession(folder);
  if (record === null) return { folder, record, state: "crashed" };
  const state = sessionStates([record], await atWorkSince(worktree)).get(record.name) ?? "crashed";
  return state === "running" ? null : { folder, record, state };
}

async function newestEnded(worktree: Worktree): Promise<FoundSession | null> {
  for (const name of (await sessionNames(worktree.topLevel)).toReversed()) {
    const found = await sessionAt(worktree, name);
    if (found !== null) return found;
  }
  return null;
}

async function plainDirectory(found: FoundSession): Promise<Result<FoundSession, Problem>> {
  const { name, directory } = found.folder;
  if ((await kindOf(directory)) === "directory") return ok(found);
  return err(
    problem("session-unusable", `${sessionPath(name)} is no directory of its own.`, {
      path: sessionPath(name),
      hint: "A link leads out of the sessions. Name a session that is one:  gate sessions",
    }),
  );
}

function stillRunning(name: string): Problem {
  return problem("session-unusable", `${name} is still running.`, {
    hint: `Archive it when it has ended. Until then:  gate sessions show ${name} --follow`,
  });
}

type ArchiveFacts = { readonly name: string; readonly bytes: number; readonly sha256: string };

/** The archive holds a summary that knows of no archive, so that it is the same each time; the session's own names it. */
async function summaryWriter({ folder, record, state }: FoundSession) {
  const account = record === null ? null : await readSessionAccount(folder, record, state);
  return async (facts: ArchiveFacts | null) => {
    if (account !== null) await writeSessionSummary(folder, { ...account, archive: facts });
  };
}

async function verify(context: Context, named: string | null): Promise<Outcome<ArchiveDocument>> {
  const place = await archivePlace(context, named);
  if (!place.ok) return { exit: 2, document: documentOf("verify", null, { problems: [place.error] }) };
  const checked = await checkArchive({ ...place.value, abort: context.abort });
  const exit = checked.problems.length === 0 ? 0 : 1;
  return { exit, document: documentOf("verify", checked.session, checked, place.value.shown) };
}

interface ArchivePlace {
  readonly archive: string;
  readonly shown: string;
  readonly session: { readonly name: string; readonly directory: string } | null;
}

async function archivePlace(context: Context, named: string | null): Promise<Result<ArchivePlace, Problem>> {
  if (
    named !== null &&
    (named.endsWith(".gz") || (await kindOf(resolve(context.directory, named))) === "file")
  )
    return ok(await placeOfFile(resolve(context.directory, named), named));
  const opened = await openWorktree(context);
  if (!opened.ok) return opened;
  const session = await namedSession(opened.value, named);
  if (!session.ok) return session;
  const name = named === null ? await newestArchived(opened.value, session.value) : session.value;
  const { directory } = sessionFolder(opened.value.topLevel, name);
  const shown = `${sessionPath(name)}/${ARCHIVE}`;
  return ok({ archive: join(directory, ARCHIVE), shown, session: { name, directory } });
}

/** In a session's directory it is compared with what is there; elsewhere it stands for itself. */
async function placeOfFile(archive: string, shown: string): Promise<ArchivePlace> {
  const directory = dirname(archive);
  const name = basename(directory);
  const isInSession = isSessionName(name) && (await kindOf(join(directory, "session.json"))) === "file";
  return { archive, shown, session: isInSession ? { name, directory } : null };
}

async function newestArchived({ topLevel }: Worktree, newest: string): Promise<string> {
  for (const name of (await sessionNames(topLevel)).toReversed()) {
    if ((await kindOf(join(sessionFolder(topLevel, name).directory, ARCHIVE))) === "file") return name;
  }
  return newest;
}

type Facts = Partial<CheckedArchive> & Pick<CheckedArchive, "problems">;

function documentOf(
  did: ArchiveDocument["did"],
  session: string | null,
  { sha256 = null, bytes = 0, files = 0, unpackedBytes = 0, missing = [], problems }: Facts,
  shown?: string,
): ArchiveDocument {
  const own = session === null ? null : `${sessionPath(session)}/${ARCHIVE}`;
  return {
    schema: "gate/archive@1",
    ok: problems.length === 0,
    did,
    session,
    archive: shown ?? own,
    sha256,
    bytes,
    files,
    unpackedBytes,
    missing,
    problems,
  };
}
