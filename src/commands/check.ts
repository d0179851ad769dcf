import type { Worktree } from "../adapters/git/repository.ts";
import type { Configuration } from "../config/configuration.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { configurationOnDisk } from "../integrations/configuration-on-disk.ts";
import { type Plan, together } from "../integrations/edits.ts";
import { withExemptions } from "../integrations/exemptions.ts";
import { planAttributes } from "../integrations/gitattributes.ts";
import { staging } from "../integrations/staging.ts";
import { wiringOnDisk } from "../integrations/wiring-on-disk.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { reportsPlaces, type WrittenReports } from "../reports/reports-place.ts";
import { unreachable } from "../result.ts";
import { type CheckDocument, checkDocument, type Examined, type FineArea } from "./check-document.ts";
import { examineFixers } from "./check-fixers.ts";
import { examineInputs } from "./check-inputs.ts";
import { examineReports, examineRules } from "./check-reports.ts";
import type { Context } from "./context.ts";
import { type Offered, offerEdits } from "./offer-edits.ts";
import { openWorktree } from "./open.ts";

export interface CheckOptions {
  /** Write the ignore rules and exemptions that are missing. */
  readonly fix: boolean;
  /** Write them without asking. */
  readonly yes: boolean;
  /** Show what would be written, and write nothing. */
  readonly dryRun: boolean;
  /** The package's `hooks/`. */
  readonly hooksDirectory: string;
}

/** Judges what lies around the evidence: whether gate is called, and whether reports reach a commit as they are. */
export async function check(context: Context, options: CheckOptions): Promise<Outcome<CheckDocument>> {
  if (!options.fix && (options.yes || options.dryRun)) return unjudged([onlyWithFix(options)]);
  const opened = await openWorktree(context);
  if (!opened.ok) return unjudged([opened.error]);
  const worktree = opened.value;
  const configured = await configurationOnDisk(worktree);
  if (!configured.ok) return unjudged(configured.error);
  if (configured.value === null) return unjudged([noConfiguration()]);
  const found = await examine(worktree, configured.value, options.hooksDirectory);
  if (!options.fix) return answered(found, {});
  const fixes = await planFixes(worktree, configured.value, found);
  const consent = { yes: options.yes, dryRun: options.dryRun, command: "gate check --fix" };
  const offered = await offerEdits(context, worktree, fixes.edits, consent);
  const made = offered.outcome === "made";
  const left = made ? await examine(worktree, configured.value, options.hooksDirectory) : found;
  const problems = [...fixes.problems, ...offered.problems];
  const next = made ? staging(worktree, fixes.edits) : [];
  const { document, exit } = answered(left, { edits: offered.edits, problems, next });
  return { document, exit: refusal(offered.outcome) ?? exit };
}

interface Found extends Examined {
  readonly written: readonly WrittenReports[];
  /** What lets in the reports that are ignored. */
  readonly ignoreRules: Plan;
}

async function examine(worktree: Worktree, configuration: Configuration, shims: string): Promise<Found> {
  const inputs = await examineInputs(worktree, configuration);
  const { written } = inputs;
  const [wiring, reports, fixers, rules] = await Promise.all([
    wiringOnDisk(worktree, shims),
    examineReports(worktree, written),
    examineFixers(worktree, configuration, written),
    examineRules(worktree, written),
  ]);
  const wired: readonly FineArea[] =
    wiring.problems.length === 0 ? [{ area: "wiring", suite: null, message: wiring.way }] : [];
  return {
    fine: [...wired, ...inputs.fine, ...reports.fine, ...fixers.fine, ...rules.fine],
    problems: [
      ...wiring.problems,
      ...inputs.problems,
      ...reports.problems,
      ...fixers.problems,
      ...rules.problems,
    ],
    written,
    ignoreRules: reports.plan,
  };
}

async function planFixes(worktree: Worktree, configuration: Configuration, found: Found): Promise<Plan> {
  const attributes = await planAttributes(worktree, reportsPlaces(configuration));
  // What is wrong with attributes was said when they were looked at.
  const own = together([found.ignoreRules, { ...attributes, problems: [] }]);
  return withExemptions(worktree, found.written, own);
}

function answered(
  { fine, problems }: Examined,
  more: Pick<Partial<CheckDocument>, "edits" | "problems" | "next">,
): Outcome<CheckDocument> {
  const document = checkDocument({ ...more, fine, problems: [...problems, ...(more.problems ?? [])] });
  return { exit: document.ok ? 0 : 1, document };
}

/** null: by what is left. */
function refusal(outcome: Offered["outcome"]): ExitCode | null {
  switch (outcome) {
    case "unasked":
      return 2;
    case "declined":
      return 1;
    case "nothing":
    case "shown":
    case "made":
      return null;
    default:
      return unreachable(outcome);
  }
}

function unjudged(problems: readonly Problem[]): Outcome<CheckDocument> {
  return { exit: 2, document: checkDocument({ problems }) };
}

function onlyWithFix({ yes }: CheckOptions): Problem {
  const option = yes ? "--yes" : "--dry-run";
  return problem("usage", `${option} belongs to --fix.`, { hint: `gate check --fix ${option}` });
}

function noConfiguration(): Problem {
  const path = CONFIGURATION_PATH;
  return problem("config-missing", `there is no ${path} here, so there is nothing to check.`, {
    path,
    hint: "gate init",
  });
}
