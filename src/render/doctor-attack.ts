import type {
  AttackDocument,
  AttackDocumentForgery,
  AttackDocumentSuite,
} from "../commands/doctor-attack.ts";
import { unreachable } from "../result.ts";
import type { HonestAttempt } from "../verify/attacks/report.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

/** A line for each forgery: what stops it, how deep one has to look, what was forged. */
export function renderDoctorAttack(document: AttackDocument): string {
  const { revision, commit, suites, problems } = singleLined(document);
  if (commit === null) {
    if (problems.some(({ code }) => NOTHING_THERE.has(code))) return renderProblems(problems);
    const next = "next: name a commit whose evidence holds:  gate doctor --attack --rev <revision>";
    return `${revision} cannot be forged: its evidence does not hold as it is.\n${renderProblems(problems)}\n${next}`;
  }
  return suites.map((suite) => renderSuite(suite, commit)).join("\n\n");
}

/** Then there is no evidence of which anything could be said. */
const NOTHING_THERE: ReadonlySet<string> = new Set(["not-a-repository", "objects-missing", "usage"]);

function renderSuite(suite: AttackDocumentSuite, commit: string): string {
  const { name, assurance, forgeries, honest } = suite;
  const level = assurance === "signed" ? "signed" : "consistent, unsigned";
  return [
    `${name} at ${commit.slice(0, 7)}   (${level})`,
    ...table(forgeries.map(forgeryCells)),
    "",
    ...table(honest.map(honestCells)),
    ...honest.flatMap(({ problems }) => (problems.length === 0 ? [] : [renderProblems(problems)])),
    "",
    ...closing(suite),
  ].join("\n");
}

type Cells = readonly string[];

function forgeryCells(forgery: AttackDocumentForgery): Cells {
  const { name, level, what, ok } = forgery;
  return [`${ok ? markOf(forgery) : "✗"} ${name}`, level, stoppedBy(forgery), what];
}

function markOf({ outcome }: AttackDocumentForgery): string {
  if (outcome === "refused") return "✓";
  return outcome === "only-signatures" ? "!" : "-";
}

function stoppedBy({ outcome, expected, refusedBy }: AttackDocumentForgery): string {
  switch (outcome) {
    case "refused":
      return expected.join(", ");
    case "only-signatures":
      return `only signatures (${expected.join(", ")})`;
    case "accepted":
      return "accepted";
    case "misjudged":
      return `${refusedBy.join(", ")}, not ${expected.filter((code) => !refusedBy.includes(code)).join(", ")}`;
    case "not-applicable":
      return "nothing to do it with";
    case "not-tried":
      return "not tried: no ssh-keygen";
    default:
      return unreachable(outcome);
  }
}

function honestCells({ name, what, ok }: HonestAttempt): Cells {
  return [`${ok ? "✓" : "✗"} ${name}`, ok ? "accepted" : "refused", what];
}

function table(rows: readonly Cells[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** `98 forgeries: 90 refused, 7 that only signatures stop, 1 that this commit gives nothing for.` */
function closing({ forgeries, honest, assurance }: AttackDocumentSuite): string[] {
  const count = (outcome: AttackDocumentForgery["outcome"]) =>
    forgeries.filter((one) => one.outcome === outcome).length;
  const counts: readonly (readonly [number, string])[] = [
    [count("refused"), "refused"],
    [count("only-signatures"), "that only signatures stop"],
    [count("not-applicable"), "that this commit gives nothing for"],
    [count("not-tried"), "not tried"],
    [count("accepted"), "ACCEPTED"],
    [count("misjudged"), "refused for another reason than they have to be"],
  ];
  const told = counts.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`]));
  const refused = honest.filter(({ ok }) => !ok).length;
  const variants = refused === 0 ? "all accepted" : `${refused} REFUSED`;
  const sign = "Unsigned evidence can be rewritten by whoever can commit; sign it:  signing: in gate.yaml";
  return [
    `${forgeries.length} forgeries: ${told.join(", ")}. ${honest.length} honest variants: ${variants}.`,
    ...(assurance !== "signed" && count("only-signatures") > 0 ? [sign] : []),
  ];
}
