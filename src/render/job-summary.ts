import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { code, MOST_ROWS, table } from "./markdown.ts";
import { worstFirst } from "./problems.ts";

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
  const rows = worstFirst(problems).map(({ severity, code: name, suite, message, hint, path, line }) => [
    severity === "error" ? "❌" : "⚠️",
    code(name),
    suite === null ? "" : code(suite),
    path === null ? "" : code(line === null ? path : `${path}:${line}`),
    [code(message), ...(hint === null ? [] : [`next: ${code(hint)}`])].join("<br>"),
  ]);
  return [table(["", "problem", "suite", "where", "what"], rows)];
}

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
