import type { RunDocument } from "../commands/run-document.ts";
import { minutes, pendingSentence } from "../judgement/sentences.ts";
import type { SuiteOutcome } from "../recording/outcomes.ts";
import { unreachable } from "../result.ts";
import type { TestCounts } from "../suite/verdict.ts";
import { daysAgo } from "./ago.ts";
import { singleLined } from "./printable.ts";
import { renderGrouped, renderHookProblems, renderProblems } from "./problems.ts";
import { resumedText } from "./resumed.ts";

/** What a person sees of a run, an attachment or a commit. A fresh commit is silent. */
export function renderRun(
  document: RunDocument,
  { now, at }: { readonly now: Date; readonly at: Occasion },
): string {
  const { suites, problems, ok } = singleLined(document);
  const quiet = at !== "request";
  return [
    ...suites.flatMap((outcome) => renderOutcome(outcome, { now, quiet, ok })),
    ...(problems.length === 0 ? [] : [quiet ? renderHookProblems(problems) : renderProblems(problems)]),
    ...(at === "commit" && !ok ? [refusedCommit(suites)] : []),
  ].join("\n");
}

/** Git says nothing of a commit that its hook refused. Of a merge it does. */
export type Occasion = "request" | "commit" | "merge";

function refusedCommit(suites: readonly SuiteOutcome[]): string {
  const notPassed = suites.some(
    (one) =>
      one.kind === "refused" &&
      one.verdict !== null &&
      one.verdict !== "passed" &&
      one.verdict !== "interrupted",
  );
  const next = notPassed ? " Next: mend what did not pass, git add it, then commit again." : "";
  return `      The commit is refused.${next}`;
}

interface Around {
  readonly now: Date;
  /** Of a fresh suite nothing is said. */
  readonly quiet: boolean;
  /** Of all suites together. */
  readonly ok: boolean;
}

function renderOutcome(outcome: SuiteOutcome, { now, quiet, ok }: Around): string[] {
  const name = `gate  ${outcome.suite}`;
  switch (outcome.kind) {
    case "fresh":
      if (quiet) return [];
      return [
        `${name}: fresh; its evidence covers exactly these inputs. Nothing was run.`,
        ...renderGrouped(outcome.warnings),
      ];
    case "reused": {
      const { by, at, on } = outcome.recorded;
      const source =
        outcome.commit === null ? "the local evidence" : `the evidence of ${outcome.commit.slice(0, 7)}`;
      return [
        `${name}: reused ${source} (recorded by ${by}, ${daysAgo(at, now)}, ${on}). Nothing was run.`,
        ...renderGrouped(outcome.warnings),
      ];
    }
    case "recorded":
      return renderRecorded(outcome, name, quiet);
    case "pending":
      return renderPending(outcome, name, { now, ok });
    case "refused":
      return renderRefused(outcome, name);
    default:
      return unreachable(outcome);
  }
}

function renderRecorded(
  outcome: Extract<SuiteOutcome, { kind: "recorded" }>,
  name: string,
  atCommit: boolean,
): string[] {
  const { counts, durationMs, on, reports, resumed, warnings } = outcome;
  return [
    `${name}: ${countsText(counts)} in ${minutes(durationMs)} on ${on}. ${stagedText(reports, atCommit)}`,
    ...(resumed === undefined ? [] : [`      ${resumedText(resumed)}`]),
    ...renderGrouped(warnings),
  ];
}

function stagedText(reports: number, atCommit: boolean): string {
  if (reports === 0) return "No report changed.";
  const changed = `${reports} report${reports === 1 ? "" : "s"} changed`;
  return `${changed}, staged ${atCommit ? "with this commit" : "for the next commit"}.`;
}

function countsText({ passed, skipped, xfailed, xpassed, flaky, deselected }: TestCounts): string {
  const parts: [number, string][] = [
    [passed, "passed"],
    [flaky, "passed on retry"],
    [xfailed, "failed as expected"],
    [xpassed, "passed unexpectedly"],
    [skipped, "skipped as declared"],
    [deselected, "deselected"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}

function renderPending(
  outcome: Extract<SuiteOutcome, { kind: "pending" }>,
  name: string,
  { now, ok }: Pick<Around, "now" | "ok">,
): string[] {
  const { reason, changes, staleSince } = outcome;
  if (reason.because === "unchanged-since-head") {
    const since =
      staleSince === null
        ? "stale before this commit already"
        : `stale since ${staleSince.commit.slice(0, 7)} (${staleSince.author}, ${daysAgo(staleSince.date, now)})`;
    return [`${name}: ${since}; your commit does not change its inputs. Next: gate run`];
  }
  const [first, ...others] = changes;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const changed = first === undefined ? "" : `${first.path} changed${more}. `;
  return [
    `${name}: ${changed}Evidence pending: ${pendingSentence(reason)}.`,
    `      ${ok ? "The commit goes through; gate verify will refuse it" : "gate verify will refuse such a commit"} in CI until someone runs:  gate run`,
  ];
}

function renderRefused(outcome: Extract<SuiteOutcome, { kind: "refused" }>, name: string): string[] {
  const { problems, session, verdict } = outcome;
  const what =
    session !== null
      ? `not accepted${verdict === null || verdict === "passed" ? "" : ` (${verdict})`}.`
      : problems.some(({ code }) => code === "worktree-differs")
        ? "cannot run: the working tree is not what you are committing."
        : "refused.";
  const kept = session === null ? [] : [`      session   ${session}`, "      No report was touched."];
  return [
    `${name}${session === null && what.startsWith("cannot") ? " " : ": "}${what}`,
    ...renderGrouped(problems),
    ...kept,
  ];
}
