import { marksInUse } from "../adapters/process/marks.ts";
import type { SessionRecord } from "../suite/session.ts";
import type { SessionState } from "./account.ts";

/**
 * How each session stands. One without an end runs where some process carries its mark, or where a gate is at work
 * since before it began (`atWorkSince`, RFC 3339; null: none is); otherwise it was killed.
 */
export function sessionStates(
  records: readonly SessionRecord[],
  atWorkSince: string | null,
): ReadonlyMap<string, SessionState> {
  const open = records.filter(({ ended }) => ended === null);
  const marks = marksInUse(open.map(({ mark }) => mark));
  const newest = open.at(-1)?.name;
  return new Map(
    records.map(({ name, ended, mark, started, parts }) => {
      if (ended !== null) return [name, "ended"];
      const begun = parts?.at(-1)?.started ?? started;
      const atWork = name === newest && atWorkSince !== null && atWorkSince <= begun;
      return [name, atWork || marks?.has(mark) ? "running" : "crashed"];
    }),
  );
}
