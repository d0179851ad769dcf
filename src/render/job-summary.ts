import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { printable } from "./printable.ts";

const MOST_ROWS = 100;
const LONGEST_NAME = 300;

/** The page that a CI shows of a run, in GitHub's Markdown. Whatever comes out of the tree stands in code spans. */
export function renderJobSummary(document: VerifyDocument): string {
  const { ok, revision, commit, suites, problems, landing } = document;
  const judged = commit === null ? code(revision) : code(commit.slice(0, 12));
  const all = [...suites.flatMap((suite) => suite.problems), ...problems];
  return [
    `## ${ok ? "✅" : "❌"} gate verify: ${judged}`,
    ...(suites.length === 0 ? [] : [suitesTable(suites)]),
    ...suites.flatMap(waiverLine),
    ...problemsTable(all),
    ...suites.flatMap(changesTable),
    ...(landing === null ? [] : landingLines(landing)),
    "",
  ].join("\n\n");
}

const TALLY = ["passed", "failed", "errors", "skipped", "xfailed", "xpassed", "flaky"] as const;

/** Columns of outcomes that no suite has are left out. */
function suitesTable(suites: readonly VerifiedSuite[]): string {
  const always = ["passed", "failed", "skipped"];
  const counted = TALLY.filter(
    (kind) => always.includes(kind) || suites.some(({ tests }) => (tests?.[kind] ?? 0) > 0),
  );
  const header = ["suite", "", "verdict", ...counted, "assurance", "recorded"];
  const rows = suites.map((suite) => [
    code(suite.name),
    standing(suite),
    suite.verdict ?? "none",
    ...counted.map((kind) => String(suite.tests?.[kind] ?? "")),
    suite.assurance ?? "none",
    recorded(suite),
  ]);
  return table(header, rows);
}

function standing({ problems, waiver }: VerifiedSuite): string {
  if (problems.some(({ severity }) => severity === "error")) return "❌ refused";
  return waiver === null ? "✅ accepted" : "⚠️ waived";
}

/** Unsigned evidence is only ever said to be recorded. */
function recorded({ evidence, signer }: VerifiedSuite): string {
  if (evidence === null) return "";
  const who = signer === null ? `recorded by ${code(evidence.by)}` : `attested by ${code(signer)}`;
  return `${who} on ${code(evidence.on)}, ${code(evidence.at)}`;
}

function waiverLine({ name, waiver }: VerifiedSuite): string[] {
  if (waiver === null) return [];
  const { reason, until, by } = waiver;
  return [`⚠️ ${code(name)} is waived until ${code(until)} by ${code(by)}: ${code(reason)}`];
}

function problemsTable(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  const worstFirst = problems.toSorted((left, right) => rank(left) - rank(right));
  const rows = worstFirst.map(({ severity, code: name, suite, message, hint, path, line }) => [
    severity === "error" ? "❌" : "⚠️",
    code(name),
    suite === null ? "" : code(suite),
    path === null ? "" : code(line === null ? path : `${path}:${line}`),
    [code(message), ...(hint === null ? [] : [`next: ${code(hint)}`])].join("<br>"),
  ]);
  return [table(["", "problem", "suite", "where", "what"], rows)];
}

const rank = ({ severity }: Problem) => (severity === "error" ? 0 : 1);

function changesTable({ name, changes }: VerifiedSuite): string[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ path, change, commit }) => [
    code(path),
    change === "suite" ? "the suite's definition" : change,
    commit === null ? "" : code(commit.slice(0, 12)),
  ]);
  const heading = `Changed after the recorded run of ${code(name)}:`;
  return [heading, table(["input", "change", "commit"], rows)];
}

function landingLines({ base, conflicts, due }: NonNullable<VerifyDocument["landing"]>): string[] {
  const into = code(base);
  const conflicting = conflicts.slice(0, MOST_ROWS).map((path) => `- ${code(path)}`);
  return [
    ...(conflicts.length === 0 ? [] : [`The merge into ${into} has conflicts:`, conflicting.join("\n")]),
    ...due.flatMap(({ suite, ours, theirs }) => [
      `The merge into ${into} makes ${code(suite)} due: inputs changed on both sides.`,
      [...some("here", ours), ...some(base, theirs)].join("\n"),
    ]),
  ];
}

function some(side: string, paths: readonly string[]): string[] {
  return paths.slice(0, MOST_ROWS).map((path) => `- ${code(path)} (${code(side)})`);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rest = rows.length - MOST_ROWS;
  return [
    row(header),
    row(header.map(() => "---")),
    ...rows.slice(0, MOST_ROWS).map(row),
    ...(rest > 0 ? [`\nand ${rest} more`] : []),
  ].join("\n");
}

/**
 * Text that is shown as it is, on one line, whatever it holds: nothing within a code span is a link, a mention, HTML
 * or an image. A bar would end a table's cell even there.
 */
function code(text: string): string {
  const whole = text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
  const line = printable(whole.replace(/[\t\n\u2028\u2029]+/g, " ")).replaceAll("|", "\\u007c");
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return line.trim() === "" ? "` `" : `${fence} ${line} ${fence}`;
}
