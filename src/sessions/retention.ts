import type { SessionLimits } from "../config/configuration.ts";

/** What is known of a session when it is decided which ones to keep. */
export interface KeptSession {
  readonly name: string;
  readonly bytes: number;
  readonly ending: SessionEnding;
}

export type SessionEnding =
  /** There is evidence of it. */
  | "good"
  /** Its suite has passed, and there is no evidence yet: `gate run --from` can make it. */
  | "unrecorded"
  /** Killed or interrupted: what is left of it can be run. */
  | "unfinished"
  | "bad"
  /** Somebody may still write into it. */
  | "running";

/**
 * The sessions to take away, oldest first, from those of one suite, oldest first: until so many are left, of so
 * much together. The last one of each ending stays whatever it takes, and what still runs; and so does the one that was
 * just made, which is the last one only where no clock was ever ahead.
 */
export function dispensable(
  sessions: readonly KeptSession[],
  limits: SessionLimits,
  made: string | null = null,
): readonly string[] {
  const last = (ending: SessionEnding) => sessions.findLast((one) => one.ending === ending)?.name;
  const needed = new Set([last("good"), last("unrecorded"), last("unfinished"), last("bad"), made]);
  let count = sessions.length;
  let bytes = sessions.reduce((sum, one) => sum + one.bytes, 0);
  const taken: string[] = [];
  for (const { name, bytes: size, ending } of sessions) {
    if (count <= limits.count && bytes <= limits.bytes) break;
    if (needed.has(name) || ending === "running") continue;
    taken.push(name);
    count -= 1;
    bytes -= size;
  }
  return taken;
}
