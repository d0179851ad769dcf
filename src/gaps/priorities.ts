/** Where to begin: P1 is what costs most to leave untested. */
export type Priority = "P1" | "P2" | "P3";

const LARGE = 100;

/** The rule, for people. */
export const PRIORITY_RULE = `P1: nothing of it ran, and ${LARGE} statements or more are uncovered. P2: one of the two. P3: the rest. Within each, the most uncovered statements first.`;

/** `uncovered` is null where nobody counted: a file that was not measured. */
export function priorityOf(ran: boolean, uncovered: number | null): Priority {
  const large = uncovered !== null && uncovered >= LARGE;
  if (!ran && large) return "P1";
  return !ran || large ? "P2" : "P3";
}
