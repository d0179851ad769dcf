import type { CheckDocument, FineArea } from "../commands/check-document.ts";
import type { Problem } from "../problem.ts";
import { renderEdit } from "./edits.ts";
import { singleLined } from "./printable.ts";
import { sharingHints } from "./problems.ts";

const MOST = 40;

/** What is fine, what is not and where, what was changed, and what to do next. */
export function renderCheck(document: CheckDocument): string {
  const { fine, problems, next } = singleLined(document);
  const diffs = document.edits ?? [];
  const count = (severity: Problem["severity"]) => problems.filter((one) => one.severity === severity).length;
  const nothing = document.edits !== null && diffs.length === 0 ? ["nothing to change"] : [];
  return [
    ...diffs.map(renderEdit),
    ...nothing,
    ...renderFine(fine),
    ...renderList([...problems].sort((left, right) => left.severity.localeCompare(right.severity))),
    ...tally(count("error"), count("warning")),
    ...next.map((step, index) => `${index === 0 ? "next: " : "      "}${step}`),
  ].join("\n");
}

function renderFine(fine: readonly FineArea[]): readonly string[] {
  const width = Math.max(0, ...fine.map(({ area }) => area.length));
  return fine.map(({ area, suite, message }) => {
    const whose = suite === null ? "" : `${suite}: `;
    return `✓ ${area.padEnd(width)}  ${whose}${message}`;
  });
}

function renderList(problems: readonly Problem[]): readonly string[] {
  const rest = problems.length - MOST;
  const shown = sharingHints(problems.slice(0, MOST)).flatMap(renderProblem);
  return rest > 0 ? [...shown, `  and ${rest} more`] : shown;
}

function renderProblem({ code, severity, message, hint, path, line, column }: Problem): readonly string[] {
  const mark = severity === "error" ? "✗" : "!";
  const place =
    path !== null && line !== null ? `${path}:${line}${column === null ? "" : `:${column}`}  ` : "";
  return [`${mark} ${place}${message}  (${code})`, ...(hint === null ? [] : [`    next: ${hint}`])];
}

function tally(errors: number, warnings: number): readonly string[] {
  const said = [
    ...(errors === 0 ? [] : [errors === 1 ? "1 problem" : `${errors} problems`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? "1 warning" : `${warnings} warnings`]),
  ];
  return said.length === 0 ? [] : [said.join(", ")];
}
