import { type Context, createContext, Script } from "node:vm";

/** A pattern of the repository's may take for ever on a path: whoever judges a commit does not wait for that. */
const PATIENCE = 500;
/** Nor for many of them, one after the other. What an ordinary pattern takes does not count. */
const PATIENCE_IN_ALL = 2_000;
const ORDINARY_TIME = 5;
/** With more wildcards and braces, or on a longer path, a glob may take as long as any pattern. */
const ORDINARY_MARKS = 3;
const ORDINARY_LENGTH = 300;

const script = new Script("work()");
let context: Context | null = null;
let left = PATIENCE_IN_ALL;

/** Everything that is asked from now on is one judgement, with patience of its own. */
export function beginJudgement(): void {
  left = PATIENCE_IN_ALL;
}

/** Which of the paths match one of the patterns at least; null where that could not be found out in time. */
export function matchedInTime(
  patterns: readonly RegExp[],
  paths: readonly string[],
): readonly boolean[] | null {
  return inTime(() => paths.map((path) => patterns.some((pattern) => pattern.test(path))));
}

/** What comes of patterns and nothing else; null where it does not in time. */
function inTime<T>(work: () => T): T | null {
  if (left <= 0) return null;
  const own = context ?? createContext({});
  context = own;
  let answer: T | null = null;
  own.work = () => {
    answer = work();
  };
  return timed(() => {
    const timeout = Math.ceil(Math.min(PATIENCE, left));
    script.runInContext(own, { timeout });
    return answer;
  });
}

/** Whether one path matches a glob; no, where that cannot be found out in time. */
export function matchesInTime(glob: string, path: string, matches: () => boolean): boolean {
  if (left <= 0) return false;
  // to watch the time takes longer than ordinary globs do
  if (marksIn(glob) > ORDINARY_MARKS || path.length > ORDINARY_LENGTH) return inTime(matches) === true;
  return timed(matches) === true;
}

/** How many places in a glob may take more or less of a path. */
const marksIn = (glob: string) => glob.match(/\*+|\{/g)?.length ?? 0;

function timed<T>(work: () => T): T | null {
  const start = performance.now();
  try {
    return work();
  } catch {
    return null;
  } finally {
    left -= Math.max(0, performance.now() - start - ORDINARY_TIME);
  }
}
