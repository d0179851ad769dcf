import { GitError } from "../adapters/git/command.ts";
import { type Problem, problem } from "../problem.ts";

const ABSENT =
  /missing|unable to (?:read|find|get)|bad object|not a valid object|could not (?:read|fetch|get)|promisor|unknown revision|bad (?:tree|revision)|Not a valid|failed to (?:read|traverse)|lazy fetching/i;

/** git makes a lock to look at the index, too. */
const UNWRITABLE = /Permission denied|Read-only file system|No space left on device|Disk quota exceeded/;
const WRITABLE = "See what lies there, who may write it and whether there is room, then try again.";

/** What git could not answer is a no: nothing is concluded from it. Bugs of ours go on. */
export function problemOfFailure(error: unknown, suite: string | null): Problem {
  if (error instanceof Error && "code" in error && error.code === "ERR_STRING_TOO_LONG")
    return tooLong(suite);
  if (!(error instanceof GitError)) throw error;
  const text = `${error.message}\n${error.stderr}`;
  if (!ABSENT.test(text)) {
    const hint = UNWRITABLE.test(text) ? WRITABLE : "See what git says of it:  git fsck";
    return problem("git-failed", `${error.message}.`, { suite, hint });
  }
  const object = /\b[0-9a-f]{40,64}\b/.exec(text)?.[0];
  const what = object === undefined ? "an object" : `object ${object}`;
  return problem("objects-missing", `${what} that has to be judged is not in this clone.`, {
    suite,
    hint: "Get what is missing:  git fetch --refetch --no-filter, or git fetch --unshallow",
  });
}

/** No text in Node is longer. */
function tooLong(suite: string | null): Problem {
  const message = "git's answer is longer than 512 MiB, so this commit was not judged.";
  const hint =
    "Look for millions of files, or names of thousands of characters:  git ls-tree -r --name-only HEAD";
  return problem("git-failed", message, { suite, hint });
}

/** Asks; where git has no answer, the answer is that problem. */
export async function orProblem(
  suite: string | null,
  ask: () => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  try {
    return await ask();
  } catch (error) {
    return [problemOfFailure(error, suite)];
  }
}
