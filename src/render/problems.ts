import type { Problem } from "../problem.ts";

/** `gate.yaml:5:5  unknown key …`, then what to do next. */
export function renderProblems(problems: readonly Problem[], most = 20): string {
  const shown = problems.slice(0, most).map(renderProblem);
  const rest = problems.length - shown.length;
  return [...shown, ...(rest > 0 ? [`      and ${rest} more`] : [])].join("\n");
}

function renderProblem({ code, severity, message, hint, path, line, column }: Problem): string {
  const position =
    path !== null && line !== null ? `${path}:${line}${column === null ? "" : `:${column}`}  ` : "";
  const next = hint === null ? "" : `\n      next: ${hint}`;
  return `${severity === "warning" ? "warning  " : ""}${position}${message}  (${code})${next}`;
}

/** Problems of one kind share their hint: files first, the way out once. */
export function renderGrouped(problems: readonly Problem[]): string[] {
  const groups = new Map<string, Problem[]>();
  for (const one of problems) {
    const key = `${one.code}\0${one.hint ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const lines = group.slice(0, 20).map(({ message, path, line }) => {
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
