import { type Problem, problem } from "../problem.ts";
import type { Suite } from "./configuration.ts";
import type { Position } from "./document.ts";

/** Each suite is asked about, and each of its patterns, in a process of git's own. */
const MOST_SUITES = 200;
const MOST_PATTERNS = 1000;

/** More than anybody writes, and than could be judged in bearable time. */
export function amountProblems(suites: readonly Suite[], at: Position): Problem[] {
  const patterns = suites.reduce((sum, { inputs }) => sum + inputs.length, 0);
  const say = (count: number, what: string, most: number) =>
    count > most ? [problem("config-invalid", `${count} ${what}; gate reads at most ${most}.`, at)] : [];
  return [...say(suites.length, "suites", MOST_SUITES), ...say(patterns, "patterns in all", MOST_PATTERNS)];
}
