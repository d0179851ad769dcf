import { refusalOfFileSystem } from "../adapters/files/files.ts";
import { GitError, ranOutOfSpace } from "../adapters/git/command.ts";
import type { ExitCode } from "../outcome.ts";
import { problem } from "../problem.ts";
import { renderProblems } from "./problems.ts";

const REPORT_AT = "https://www.npmjs.com/package/model-gate";

/** What is said of an error that nobody expected: git's failures and full disks are a no, all else is a bug. */
export function describeFailure(error: unknown): { readonly exit: ExitCode; readonly text: string } {
  if (ranOutOfSpace(error)) {
    const hint =
      "Free some space, then try again; a session that had ended is finished by:  gate run --from <session>";
    return {
      exit: 1,
      text: `gate  ${renderProblems([problem("disk-full", "the disk is full.", { hint })])}`,
    };
  }
  const refusal = refusalOfFileSystem(error);
  if (refusal !== null) {
    const hint = "See what lies there and who may write it, then try again.";
    return { exit: 1, text: `gate  ${renderProblems([problem("file-system", `${refusal}.`, { hint })])}` };
  }
  if (error instanceof GitError) {
    const hint = `It was:  ${error.command.slice(0, 300)}`;
    return {
      exit: 1,
      text: `gate  ${renderProblems([problem("git-failed", `${error.message}.`, { hint })])}`,
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exit: 70,
    text: `gate  this is a bug in gate. Please report it, with what follows: ${REPORT_AT}\n${stack}`,
  };
}
