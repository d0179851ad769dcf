import type { SessionFolder, SessionRecord } from "../suite/session.ts";
import type { SessionState } from "./account.ts";
import { readSessionAccount } from "./session-account.ts";
import { SUMMARY_FILE, writeSessionSummary } from "./summary.ts";

/** Reads a session and writes its summary. Sentences about what could not be written. */
export async function summarise(
  folder: SessionFolder,
  record: SessionRecord,
  state: SessionState,
): Promise<readonly string[]> {
  try {
    await writeSessionSummary(folder, await readSessionAccount(folder, record, state));
    return [];
  } catch (error) {
    return [`${SUMMARY_FILE} was not written: ${error instanceof Error ? error.message : String(error)}`];
  }
}
