import { listDirectory } from "../adapters/files/files.ts";
import { DomainResults } from "../sessions/domain-results.ts";
import { pastEvents } from "../sessions/live-events.ts";
import { Narrator } from "../sessions/narrator.ts";
import { partFolder, type SessionFolder, type SessionRecord, unendedSessions } from "../suite/session.ts";

/**
 * A gate that is killed has not told of what ended in its last moments; the events have it. Makes the results by domain
 * of the last sessions anew that never came to their end.
 */
export async function completeResults(topLevel: string): Promise<void> {
  for (const { folder, record } of await unendedSessions(topLevel)) await completeSession(folder, record);
}

async function completeSession(folder: SessionFolder, record: SessionRecord): Promise<void> {
  const { groupings } = record;
  if (groupings === undefined) return;
  const results = new DomainResults(folder.directory);
  const narrator = new Narrator([results], groupings);
  const { name: session, suite, command, machine } = record;
  const run = { session, suite, command, machine, expectedMs: null, expectedTests: null };
  narrator.tell({ kind: "run-started", at: new Date(record.started), run });
  for (let part = 1; part <= (record.parts?.length ?? 1); part += 1) {
    const { events } = partFolder(folder, part);
    if ((await listDirectory(events)).length > 0) pastEvents(events, (event) => narrator.event(event));
  }
  narrator.finish();
}
