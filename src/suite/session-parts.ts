import type { ProcessEnd, TestResult } from "./results.ts";
import type { PartEnd, SessionEnd, SessionPart, SessionRecord } from "./session.ts";

type EndedRecord = SessionRecord & { readonly ended: SessionEnd };

/** How a part ended that gate was killed in. */
export const KILLED = { kind: "killed" } as const;

/** The parts of a session, also of one that was never resumed. */
export function partsOf({ parts, mark, started, ended }: SessionRecord): readonly SessionPart[] {
  if (parts !== undefined) return parts;
  return [{ mark, started, ended: ended === null ? null : partEnd(ended) }];
}

/** What the end of a session is that of: its last part. Together they took as long as each of them. */
export function withPartEnded(record: EndedRecord): EndedRecord {
  const { parts, ended } = record;
  const last = parts?.at(-1);
  if (parts === undefined || last === undefined) return record;
  const all = [...parts.slice(0, -1), { ...last, ended: partEnd(ended) }];
  const durationMs = all.reduce((sum, part) => sum + (part.ended?.durationMs ?? 0), 0);
  return { ...record, parts: all, ended: { ...ended, durationMs } };
}

function partEnd({ time, durationMs, end, outOfMemory, leaked }: SessionEnd): PartEnd {
  return { time, durationMs, end, outOfMemory, leaked };
}

/**
 * Whether a suite ended by itself while no test ran: what ended it would not be met again by the rest of the tests. A
 * full disk is none of its own, and leaves events out.
 */
export function endedBetweenTests(
  { end, diskFull = false }: Pick<SessionEnd, "end" | "diskFull">,
  tests: readonly Pick<TestResult, "outcome" | "startedAt">[],
): boolean {
  const byItself = !diskFull && (end.kind === "exited" || end.kind === "signalled");
  return byItself && !tests.some(({ outcome, startedAt }) => outcome === null && startedAt !== null);
}

/** Whether a part was cut short from outside, or died in the middle: then the rest of its tests can be run. */
export function wasCutShort(end: ProcessEnd | typeof KILLED, isWhole: boolean): boolean {
  switch (end.kind) {
    case "killed":
    case "interrupted":
    case "timed-out":
    case "service-failed":
      return true;
    case "exited":
    case "signalled":
      return !isWhole;
    case "not-started":
      return false;
  }
}
