import { dirname } from "node:path";
import { makeDirectory, removeTree, writeAtomically } from "../adapters/files/files.ts";
import { newMark, partFolder, reserveRoom, type SessionRecord, saveSession } from "../suite/session.ts";
import type { Cleared } from "./preflight.ts";
import type { FinishedSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import type { Resumption } from "./resume-plan.ts";
import { runPart } from "./run-suite.ts";

/** Runs what had not ended of a session, and completes it. What had ended keeps its results. */
export async function resumeSession(
  request: RunRequest,
  cleared: Cleared,
  { folder, record, parts, ended }: Resumption,
): Promise<FinishedSession> {
  const { suite } = request.judged;
  const mark = newMark();
  const started = request.surroundings.now().toISOString();
  const resumed: SessionRecord = {
    ...record,
    mark,
    ignoredInputs: [...new Set([...record.ignoredInputs, ...cleared.ignoredInputs])],
    ended: null,
    evidence: null,
    parts: [...parts, { mark, started, ended: null }],
    groupings: { domains: suite.domains, steps: suite.steps },
  };
  const place = partFolder(folder, parts.length + 1);
  // a gate that was killed right here has left an empty one
  await removeTree(dirname(place.events));
  for (const directory of [place.events, place.artifacts]) await makeDirectory(directory);
  if (place.ended !== null) await writeAtomically(place.ended, JSON.stringify(ended.map(({ id }) => id)));
  await reserveRoom(folder);
  await saveSession(folder, resumed);
  return runPart(request, cleared, folder, resumed);
}
