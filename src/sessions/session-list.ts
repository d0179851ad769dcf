import { join } from "node:path";
import { fileStamp, kindOf } from "../adapters/files/files.ts";
import type { Verdict } from "../suite/results.ts";
import {
  isRedPhase,
  loadSession,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
  sessionNames,
} from "../suite/session.ts";
import type { TestCounts } from "../suite/verdict.ts";
import type { SessionState } from "./account.ts";
import { ARCHIVE } from "./archive-form.ts";
import { sessionSizes } from "./session-sizes.ts";
import { sessionStates } from "./session-state.ts";
import { SUMMARY_FILE } from "./summary.ts";
import { summarise } from "./summary-file.ts";

/** A session as far as its record and the size of its directory tell: no event is read for it. */
export interface ListedSession {
  readonly name: string;
  /** null where its record cannot be read. */
  readonly suite: string | null;
  readonly state: SessionState | "unreadable";
  readonly verdict: Verdict | null;
  /** Whether inputs changed while it ran: whatever its verdict, it is evidence of no known sources. */
  readonly disturbed: boolean;
  /** RFC 3339. */
  readonly started: string | null;
  readonly durationMs: number | null;
  /** null where nobody has counted them: it has not ended, or an older gate ran it. */
  readonly tests: TestCounts | null;
  readonly peakVramMiB: number | null;
  readonly bytes: number;
  readonly archived: boolean;
}

/** All sessions of a worktree, newest first. */
export async function listAllSessions(
  topLevel: string,
  atWorkSince: string | null,
): Promise<readonly ListedSession[]> {
  const names = await runsOf(topLevel);
  const records = await Promise.all(names.map((name) => loadSession(sessionFolder(topLevel, name))));
  const readable = records.filter((record) => record !== null);
  const states = sessionStates(readable, atWorkSince);
  const sizes = await sessionSizes(
    topLevel,
    names.map((name) => sessionFolder(topLevel, name)),
  );
  const listed = await Promise.all(
    names.map((name, index) =>
      listedSession(sessionFolder(topLevel, name), records[index] ?? null, {
        state: states.get(name) ?? "crashed",
        bytes: sizes.get(name) ?? 0,
      }),
    ),
  );
  return listed.toReversed();
}

/** A red phase is no run of a suite. */
async function runsOf(topLevel: string): Promise<readonly string[]> {
  const names = await sessionNames(topLevel);
  const red = await Promise.all(names.map((name) => isRedPhase(sessionFolder(topLevel, name))));
  return names.filter((_, index) => !red[index]);
}

async function listedSession(
  { name, directory }: SessionFolder,
  record: SessionRecord | null,
  { state, bytes }: { readonly state: SessionState; readonly bytes: number },
): Promise<ListedSession> {
  const ended = record?.ended ?? null;
  return {
    name,
    suite: record?.suite ?? null,
    state: record === null ? "unreadable" : state,
    verdict: ended?.verdict ?? null,
    disturbed: (ended?.moved ?? []).length > 0,
    started: record?.started ?? null,
    durationMs: ended?.durationMs ?? null,
    tests: ended?.tests ?? null,
    peakVramMiB: ended?.peakVramMiB ?? null,
    bytes,
    archived: (await fileStamp(join(directory, ARCHIVE))) !== null,
  };
}

/** A killed gate came to write no summary: whoever looks next does it. Sentences about what did not work. */
export async function summariseCrashed(
  topLevel: string,
  sessions: readonly ListedSession[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { name } of sessions.filter(({ state }) => state === "crashed")) {
    const folder = sessionFolder(topLevel, name);
    if ((await kindOf(join(folder.directory, SUMMARY_FILE))) !== "absent") continue;
    const record = await loadSession(folder);
    const unwritten = record === null ? [] : await summarise(folder, record, "crashed");
    problems.push(...unwritten.map((what) => `${name}: ${what}`));
  }
  return problems;
}
