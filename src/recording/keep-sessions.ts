import { join } from "node:path";
import { fileErrorCode, refusalOfFileSystem } from "../adapters/files/files.ts";
import { removeWhole } from "../adapters/files/removal.ts";
import type { SessionLimits } from "../config/configuration.ts";
import { type Problem, warning } from "../problem.ts";
import { dispensable, type SessionEnding } from "../sessions/retention.ts";
import { sessionSizes } from "../sessions/session-sizes.ts";
import { sessionStates } from "../sessions/session-state.ts";
import {
  loadSession,
  type SessionRecord,
  sessionFolder,
  sessionNames,
  sessionPath,
} from "../suite/session.ts";
import type { SuiteOutcome } from "./outcomes.ts";

/** Sessions on their way out: never half there under their own names. */
const REMOVED = ".gate/removed";

/** After a run: takes away the sessions of its suite that are too many or too large. The caller holds the lock. */
export async function withoutOldSessions(
  topLevel: string,
  outcome: SuiteOutcome,
  limits: SessionLimits,
): Promise<SuiteOutcome> {
  if (!("session" in outcome) || outcome.session === null) return outcome;
  const { removed, problems } = await removeOldSessions(topLevel, outcome.suite, limits, outcome.session);
  if (removed.length === 0 && problems.length === 0) return outcome;
  return outcome.kind === "recorded"
    ? { ...outcome, removedSessions: removed, warnings: [...outcome.warnings, ...problems] }
    : { ...outcome, removedSessions: removed, problems: [...outcome.problems, ...problems] };
}

async function removeOldSessions(
  topLevel: string,
  suite: string,
  limits: SessionLimits,
  made: string,
): Promise<{ readonly removed: readonly string[]; readonly problems: readonly Problem[] }> {
  const names = await sessionNames(topLevel);
  const records = await Promise.all(names.map((name) => loadSession(sessionFolder(topLevel, name))));
  const own = records.flatMap((record, index) =>
    record !== null && record.suite === suite && record.name === names[index] ? [record] : [],
  );
  const [states, sizes] = [
    sessionStates(own, null),
    await sessionSizes(
      topLevel,
      own.map(({ name }) => sessionFolder(topLevel, name)),
    ),
  ];
  const sessions = own.map((record) => ({
    name: record.name,
    bytes: sizes.get(record.name) ?? 0,
    ending: endingOf(record, states.get(record.name) === "running"),
  }));
  const removed: string[] = [];
  const problems: Problem[] = [];
  for (const name of dispensable(sessions, limits, made)) {
    const problem = await remove(topLevel, suite, name);
    if (problem === null) removed.push(name);
    else problems.push(problem);
  }
  return { removed, problems };
}

function endingOf({ ended, evidence }: SessionRecord, isRunning: boolean): SessionEnding {
  if (isRunning) return "running";
  if (evidence !== null) return "good";
  if (ended === null || ended.verdict === "interrupted") return "unfinished";
  return ended.verdict === "passed" ? "unrecorded" : "bad";
}

async function remove(topLevel: string, suite: string, name: string): Promise<Problem | null> {
  try {
    await removeWhole(join(topLevel, sessionPath("")), name, join(topLevel, REMOVED));
    return null;
  } catch (error) {
    if (!(error instanceof Error) || fileErrorCode(error) === null) throw error;
    const why = refusalOfFileSystem(error) ?? error.message;
    return warning("file-system", `the old session ${name} could not be removed: ${why}.`, {
      suite,
      hint: `rm -r ${sessionPath(name)}`,
    });
  }
}
