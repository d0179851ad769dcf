import type { Problem, ProblemCode } from "../problem.ts";
import { singleLined } from "./printable.ts";

const MOST = 20;

/** Of these nobody is to hear less because somebody has made many others. */
const NEVER_CROWDED_OUT: ReadonlySet<ProblemCode> = new Set([
  "policy-weakened",
  "waiver-invalid",
  "approval-invalid",
]);

/** For where not all can be shown: errors, and of what is left whatever changes whom one trusts. */
export function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ severity, code }: Problem) =>
    (severity === "error" ? 0 : 2) + (NEVER_CROWDED_OUT.has(code) ? 0 : 1);
  return problems.toSorted((left, right) => rank(left) - rank(right));
}

/** `gate.yaml:5:5  unknown key …`, then what to do next. */
export function renderProblems(problems: readonly Problem[], lead = ""): string {
  const ordered = problems.length > MOST ? worstFirst(problems) : problems;
  const shown = sharingHints(singleLined(ordered.slice(0, MOST))).map(
    (one) => `${lead}${renderProblem(one)}`,
  );
  const rest = problems.length - shown.length;
  return [...shown, ...(rest > 0 ? [`      and ${rest} more`] : [])].join("\n");
}

/** As a hook says it: among lines of git and of other hooks, each has to say whose it is. */
export function renderHookProblems(problems: readonly Problem[]): string {
  return renderProblems(problems, "gate  ");
}

function renderProblem({ code, severity, message, hint, path, line, column }: Problem): string {
  const position =
    path !== null && line !== null ? `${path}:${line}${column === null ? "" : `:${column}`}  ` : "";
  const next = hint === null ? "" : `\n      next: ${hint}`;
  return `${severity === "warning" ? "warning  " : ""}${position}${message}  (${code})${next}`;
}

/** One after another with the same way out: it is said after the last of them. */
export function sharingHints(problems: readonly Problem[]): Problem[] {
  return problems.map((one, index) =>
    problems[index + 1]?.hint === one.hint ? { ...one, hint: null } : one,
  );
}

/** Problems of one kind share their hint: files first, the way out once. */
export function renderGrouped(problems: readonly Problem[]): string[] {
  const groups = new Map<string, Problem[]>();
  for (const one of singleLined(problems)) {
    const key = `${one.code}\0${one.hint ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const lines = group.slice(0, MOST).map(({ message, path, line }) => {
      const position = path !== null && line !== null ? `${path}:${line}  ` : "";
      return `      ${position}${message}`;
    });
    const rest = group.length - lines.length;
    const hint = group[0]?.hint ?? null;
    return [
      ...lines,
      ...(rest > 0 ? [`      and ${rest} more`] : []),
      ...(hint === null ? [] : [`      ${hint}`]),
    ];
  });
}
