import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { tallyText } from "../verify/outcomes.ts";
import { renderProblems } from "./problems.ts";

const MOST_CHANGES = 20;
const MOST_PROBLEMS = 20;

/** What CI's log shows: the suites, what is wrong with each, where, and what to do next. */
export function renderVerify(document: VerifyDocument): string {
  const { suites, problems } = document;
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
  const refused = problems.some(({ severity }) => severity === "error");
  const mark = refused ? "✗" : waiver === null ? "✓" : "!";
  const heading = refused ? "" : waiver === null ? `  ${goodNews(suite)}` : "  WAIVED";
  const shown = problems.slice(0, MOST_PROBLEMS).flatMap(renderProblem);
  return [
    `${mark} ${name}${heading}`,
    ...(waiver === null ? [] : [`    ${waiver.reason}`, `    until ${waiver.until}, by ${waiver.by}`]),
    ...shown,
    ...(problems.length > MOST_PROBLEMS ? [`    and ${problems.length - MOST_PROBLEMS} more`] : []),
    ...renderChanges(suite),
    ...(refused || waiver !== null ? renderRecord(suite) : renderAttempts(suite)),
  ].join("\n");
}

function goodNews(suite: VerifiedSuite): string {
  const { evidence, tests } = suite;
  const tally = tests === null ? "" : `${tallyText(tests)}; `;
  return evidence === null ? tally : `${tally}${recordedText(suite)}`;
}

/** Unsigned evidence is only ever said to be recorded. */
function recordedText({ evidence, assurance, signer }: VerifiedSuite): string {
  if (evidence === null) return "";
  const when = evidence.at.replace("T", " ").replace(/:\d\dZ$/, " UTC");
  const who = signer === null ? `recorded by ${evidence.by}` : `attested by ${signer}`;
  const level = assurance === "signed" ? "signed" : "consistent, unsigned";
  return `${who} on ${evidence.on}, ${when}   (${level})`;
}

function renderRecord(suite: VerifiedSuite): string[] {
  const { evidence, tests } = suite;
  if (evidence === null) return [];
  return [
    `  ${recordedText(suite)}${tests === null ? "" : `: ${tallyText(tests)}`}`,
    ...renderAttempts(suite),
  ];
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
function renderAttempts({ attempts }: VerifiedSuite): string[] {
  if (attempts === null || attempts.earlier === 0) return [];
  const ended = Object.entries(attempts.verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  const which = ORDINALS[attempts.earlier] ?? `${attempts.earlier + 1}th`;
  return [`  ${which} attempt at these sources; before it: ${ended.join(", ")}`];
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
