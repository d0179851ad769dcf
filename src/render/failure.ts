import { tmpdir } from "node:os";
import { refusalOfFileSystem } from "../adapters/files/files.ts";
import { GitError, ranOutOfSpace } from "../adapters/git/command.ts";
import type { ExitCode } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { problemOfFailure } from "../verify/failures.ts";
import { renderProblems } from "./problems.ts";

const REPORT_AT = "https://www.npmjs.com/package/model-gate";

/** What `--json` prints of an error that no command has foreseen: `gate/failure@1`. */
interface FailureDocument {
  readonly schema: "gate/failure@1";
  /** One, with `internal-error` where it is a bug in gate. */
  readonly problems: readonly Problem[];
}

interface Failure {
  readonly exit: ExitCode;
  readonly document: FailureDocument;
  readonly text: string;
}

/** What is said of an error that nobody expected: git's failures and full disks are a no, all else is a bug. */
export function describeFailure(error: unknown): Failure {
  if (hasNoPlace(error)) {
    const gone = problem("usage", "the current directory is not there any more.", { hint: "cd <directory>" });
    return failure(2, gone, renderProblems([gone]));
  }
  const expected = expectedProblem(error);
  if (expected !== null) return failure(1, expected, renderProblems([expected]));
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = `Please report it, with what follows: ${REPORT_AT}\n${stack}`;
  const bug = problem("internal-error", "this is a bug in gate.", { hint });
  return failure(70, bug, `${bug.message} ${hint}`);
}

function failure(exit: ExitCode, found: Problem, text: string): Failure {
  return { exit, document: { schema: "gate/failure@1", problems: [found] }, text: `gate  ${text}` };
}

/** Node could not even say where it was started. */
function hasNoPlace(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "uv_cwd";
}

function hasNoScratchPlace(error: unknown): boolean {
  return error instanceof Error && "path" in error && error.path === tmpdir();
}

/** Of a clone without all blobs those are there that were checked out once. */
const GET_THEM =
  "Where a sparse checkout leaves out the reports, have them:  git sparse-checkout add <reports>,  otherwise all of it:  git fetch --refetch --no-filter";

function expectedProblem(error: unknown): Problem | null {
  if (ranOutOfSpace(error)) {
    const hint =
      "Free some space, then try again; a session that had ended is finished by:  gate run --from <session>";
    return problem("disk-full", "the disk is full.", { hint });
  }
  if (hasNoScratchPlace(error)) {
    const hint = "Make it, or name another place:  TMPDIR=<directory>";
    return problem("file-system", `${tmpdir()}, where temporary files go, is not there.`, { hint });
  }
  const refusal = refusalOfFileSystem(error);
  if (refusal !== null) {
    const hint = "See what lies there and who may write it, then try again.";
    return problem("file-system", `${refusal}.`, { hint });
  }
  if (!(error instanceof GitError)) return null;
  if (/promisor remote|found object \w+ missing/.test(`${error.message} ${error.stderr}`))
    return { ...problemOfFailure(error, null), hint: GET_THEM };
  return problem("git-failed", `${error.message}.`, { hint: `It was:  ${error.command.slice(0, 300)}` });
}
