/** Stable names of everything gate can complain about. Scripts may rely on them; they are never reused. */
export type ProblemCode =
  // configuration
  | "config-invalid"
  | "config-missing"
  | "config-not-a-file"
  | "reports-overlap"
  // inputs
  | "inputs-empty"
  | "pattern-matches-nothing"
  | "undeclared-input"
  | "pin-mismatch"
  | "pin-invalid"
  | "unmerged-inputs"
  // evidence in a tree
  | "stale-evidence"
  | "missing-evidence"
  | "tampered-report"
  | "missing-report"
  | "untracked-report"
  | "ignored-report"
  | "manifest-invalid"
  | "verdict-not-accepted"
  // what verify says besides
  | "inputs-collapsed"
  | "inputs-unclaimed"
  | "objects-missing"
  | "unsigned"
  | "untrusted-signer"
  | "policy-weakened"
  | "waiver-invalid"
  | "approval-invalid"
  // running
  | "signing-failed"
  | "worktree-differs"
  | "inputs-changed-during-run"
  | "leaked-files"
  | "results-invalid"
  | "reporter-missing"
  | "foreign-module"
  | "environment-differs"
  | "pattern-tests"
  | "machine-cannot-run"
  | "gpu-busy"
  | "report-refused"
  | "service-failed"
  | "secret-found"
  | "secret-redacted"
  | "disk-full"
  | "session-unusable"
  | "left-processes"
  // archives of sessions
  | "archive-refused"
  | "archive-missing"
  | "archive-invalid"
  // what the tests leave untested
  | "coverage-invalid"
  | "coverage-missing"
  // attaching
  | "reports-edited"
  | "reports-not-staged"
  | "reports-left-behind"
  | "tree-moved"
  | "locked"
  // wiring
  | "not-wired"
  | "hook-order"
  | "edit-refused"
  // what keeps reports from being committed as they are
  | "fixer-not-exempt"
  | "rule-without-effect"
  // the surroundings
  | "not-a-repository"
  | "file-system"
  | "git-failed"
  | "internal-error"
  | "usage";

/**
 * One complaint: what is wrong, where, and what to do next.
 * `path` is relative to the repository's top level; `line` and `column` are 1-based; absent parts are null.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | null;
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly suite: string | null;
}

type ProblemDetails = Partial<Pick<Problem, "hint" | "path" | "line" | "column" | "suite">>;

export function problem(code: ProblemCode, message: string, details: ProblemDetails = {}): Problem {
  return complaint("error", code, message, details);
}

export function warning(code: ProblemCode, message: string, details: ProblemDetails = {}): Problem {
  return complaint("warning", code, message, details);
}

function complaint(
  severity: Problem["severity"],
  code: ProblemCode,
  message: string,
  { hint = null, path = null, line = null, column = null, suite = null }: ProblemDetails,
): Problem {
  return { code, severity, message, hint, path, line, column, suite };
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((one) => one.severity === "error");
}
