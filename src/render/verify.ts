import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { tallyText } from "../verify/outcomes.ts";
import { singleLined } from "./printable.ts";
import { renderProblems, sharingHints, worstFirst } from "./problems.ts";
import { resumedText } from "./resumed.ts";

const MOST_CHANGES = 20;
const MOST_PROBLEMS = 20;

/** What CI's log shows: the suites, what is wrong with each, where, and what to do next. */
export function renderVerify(document: VerifyDocument): string {
  const { suites, problems } = singleLined(document);
  const all = [...problems, ...suites.flatMap((suite) => suite.problems)];
  const errors = all.filter(({ severity }) => severity === "error").length;
  return [
    ...suites.map(renderSuite),
    ...(problems.length === 0 ? [] : [renderProblems(problems)]),
    ...(errors === 0 ? [] : [errors === 1 ? "1 problem" : `${errors} problems`]),
  ].join("\n");
}

function renderSuite(suite: VerifiedSuite): string {
  const { name, problems, waiver } = suite;
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const recorded = [...renderRecord(suite), ...renderAttempts(suite)];
  if (errors.length > 0) {
    const details = [...renderList(errors), ...renderChanges(suite), ...renderList(warnings), ...recorded];
    return [`✗ ${name}`, ...details].join("\n");
  }
  if (waiver !== null) {
    const why = [`    ${waiver.reason}`, `    until ${waiver.until}, by ${waiver.by}`];
    const details = [...why, ...renderList(warnings), ...renderChanges(suite), ...recorded];
    return [`! ${name}  WAIVED`, ...details].join("\n");
  }
  return [`✓ ${name}  ${recordText(suite)}`, ...renderAttempts(suite), ...renderList(warnings)].join("\n");
}

function renderList(problems: readonly Problem[]): string[] {
  const rest = problems.length - MOST_PROBLEMS;
  const ordered = rest > 0 ? worstFirst(problems) : problems;
  const shown = sharingHints(ordered.slice(0, MOST_PROBLEMS)).flatMap(renderProblem);
  return rest > 0 ? [...shown, `    and ${rest} more`] : shown;
}

/** `recorded by Ann on RTX 4090, 2026-02-13 14:27 UTC: 22 passed   (consistent, unsigned)`. */
function recordText({ evidence, tests, assurance, signer }: VerifiedSuite): string {
  if (evidence === null || tests === null) return "";
  const when = evidence.at.replace("T", " ").replace(/:\d\dZ$/, " UTC");
  // unsigned evidence is only ever said to be recorded
  const who = signer === null ? `recorded by ${evidence.by}` : `attested by ${signer}`;
  const levels = { signed: "   (signed)", consistent: "   (consistent, unsigned)" };
  const level = assurance === null ? "" : levels[assurance];
  return `${who} on ${evidence.on}, ${when}: ${tallyText(tests)}${level}`;
}

function renderRecord(suite: VerifiedSuite): string[] {
  const text = recordText(suite);
  return text === "" ? [] : [`  ${text}`];
}

const ORDINALS = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
  "tenth",
];

/** `third attempt; 2 failed before`. */
function renderAttempts({ attempts, evidence }: VerifiedSuite): string[] {
  const resumed = evidence?.resumed === undefined ? [] : [`  ${resumedText(evidence.resumed)}`];
  if (attempts === null || attempts.earlier === 0) return resumed;
  const ended = Object.entries(attempts.verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  const which = ORDINALS[attempts.earlier] ?? `${attempts.earlier + 1}th`;
  return [...resumed, `  ${which} attempt at these sources; before it: ${ended.join(", ")}`];
}

function renderChanges({ changes }: VerifiedSuite): string[] {
  const shown = changes.slice(0, MOST_CHANGES).map(({ path, change, commit }) => {
    const where = commit === null ? "" : ` in ${commit.slice(0, 7)}`;
    return `    ${path}  ${change === "suite" ? "the suite's definition" : change}${where}`;
  });
  return changes.length > shown.length ? [...shown, `    and ${changes.length - shown.length} more`] : shown;
}

function renderProblem({ code, severity, message, hint, path, line }: Problem): string[] {
  const position = path !== null && line !== null ? `${path}:${line}  ` : "";
  const kind = severity === "warning" ? "warning  " : "";
  return [`    ${kind}${position}${message}  (${code})`, ...(hint === null ? [] : [`      next: ${hint}`])];
}
