import type { Fingerprint } from "../fingerprint/ids.ts";
import type { Verdict } from "../suite/results.ts";
import { listSessions } from "../suite/session.ts";

export interface LastRun {
  /** Its name. */
  readonly session: string;
  readonly verdict: Verdict;
}

/** How the last run here of a suite with these inputs ended; null where none has. */
export async function lastRunOf(
  topLevel: string,
  suite: string,
  inputs: Fingerprint,
): Promise<LastRun | null> {
  const sessions = await listSessions(topLevel, suite);
  const last = sessions.findLast(({ fingerprint }) => fingerprint === inputs);
  const { name, ended = null } = last ?? {};
  return name === undefined || ended === null ? null : { session: name, verdict: ended.verdict };
}
