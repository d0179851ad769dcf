import { join } from "node:path";
import { fileStamp } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { blobIdOf, listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { readRecorded } from "../evidence/recorded.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { NEWEST_FORMAT } from "../gaps/coverage-report.ts";
import { type FoundReport, findReport, unusable } from "../gaps/find-report.ts";
import { gapsOf, type Input, type SuiteCoverage } from "../gaps/gaps.ts";
import { PRIORITY_RULE } from "../gaps/priorities.ts";
import { recordedReads, testsThatRan, withoutSkipped } from "../gaps/recorded-reads.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { reportsDirectories } from "../judgement/judge.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { lastReads, manifestKnowsBetter, type SessionReads } from "../recording/session-reads.ts";
import type { Manifest } from "../reports/manifest.ts";
import { err, ok, type Result } from "../result.ts";
import type { Reads } from "../suite/reads.ts";
import type { Context } from "./context.ts";
import type { GapsDocument, ReportFacts, SuiteGaps } from "./gaps-document.ts";
import { openWorktree } from "./open.ts";
import { exitFor } from "./run-document.ts";

export interface GapsOptions {
  /** null: every suite. */
  readonly suite: string | null;
  /** A coverage report to read; null: the usual one, where there is one. */
  readonly coverage: string | null;
  /** In percent, as written on the command line. */
  readonly under: string;
}

/** What the tests leave untested: of the suites in the index. Runs nothing and changes nothing. */
export async function gaps(context: Context, options: GapsOptions): Promise<Outcome<GapsDocument>> {
  const under = percentage(options.under);
  const refuse = (problems: readonly Problem[]) => ({
    exit: problems.some(({ code }) => code.startsWith("coverage-")) ? (2 as const) : exitFor(problems),
    document: documentOf(under ?? 0, null, [], problems),
  });
  if (under === null) return refuse([notAPercentage(options.under)]);
  const opened = await openWorktree(context);
  if (!opened.ok) return refuse([opened.error]);
  const worktree = opened.value;
  const [chosen, found] = await Promise.all([
    chosenSuites(worktree, options.suite),
    findReport(options.coverage, context.directory, worktree.topLevel),
  ]);
  if (!chosen.ok) return refuse(chosen.error);
  if (!found.ok) return refuse([found.error]);
  const suites: SuiteGaps[] = [];
  for (const suite of chosen.value.suites) {
    const one = await gapsOfSuite(worktree, chosen.value, suite, found.value, under);
    if (!one.ok) return refuse([one.error]);
    suites.push(one.value);
  }
  return { exit: 0, document: documentOf(under, reportFacts(found.value), suites, newerFormat(found.value)) };
}

interface Chosen {
  readonly tree: TreeId;
  readonly suites: readonly Suite[];
  readonly reportsDirectories: readonly string[];
}

async function chosenSuites(
  worktree: Worktree,
  name: string | null,
): Promise<Result<Chosen, readonly Problem[]>> {
  const tree = await treeOfIndex(worktree);
  if (!tree.ok) return tree;
  const configuration = await configurationOf(worktree, tree.value);
  if (!configuration.ok) return configuration;
  if (configuration.value === null) {
    const hint = "Write one:  gate init,  or stage yours:  git add gate.yaml";
    const message = `there is no ${CONFIGURATION_PATH} among the staged files.`;
    return err([problem("config-missing", message, { path: CONFIGURATION_PATH, hint })]);
  }
  const all = configuration.value.suites;
  const suites = all.filter((suite) => name === null || suite.name === name);
  if (suites.length === 0) {
    const hint = `There are: ${all.map((suite) => suite.name).join(", ")}`;
    return err([problem("usage", `${CONFIGURATION_PATH} has no suite ${name ?? ""}.`, { hint })]);
  }
  return ok({ tree: tree.value, suites, reportsDirectories: reportsDirectories(configuration.value) });
}

async function gapsOfSuite(
  worktree: Worktree,
  { tree, reportsDirectories: reports }: Chosen,
  suite: Suite,
  found: FoundReport | null,
  under: number,
): Promise<Result<SuiteGaps, Problem>> {
  const [inputs, { fingerprint }, { manifest }] = await Promise.all([
    inputsOf(worktree, tree, inputPathspecs(suite, reports)),
    fingerprintOf(worktree, tree, suite, reports),
    readRecorded(worktree, tree, suite),
  ]);
  const session = await lastReads(worktree.topLevel, suite.name, fingerprint);
  const last = manifestKnowsBetter(session, manifest, fingerprint) ? null : session;
  const result = gapsOf({
    inputs,
    pins: new Set(suite.pins),
    report: found?.report ?? null,
    reads: readsOf(last, manifest),
    ran: manifest === null ? [] : testsThatRan(manifest),
    topLevel: worktree.topLevel,
    under,
  });
  if (!result.ok) return err(unusable(found?.path ?? "", result.error));
  const { coverage, reads } = result.value;
  const problems = [
    ...(coverage?.inputsNamed === 0 ? [foreignReport(found?.path ?? "", suite)] : []),
    ...(coverage === null || found === null ? [] : await changedSince(worktree, suite, found, coverage)),
    ...(coverage === null && reads === null ? [nothingKnown(suite)] : []),
  ];
  const ofTheseInputs = last?.ofTheseInputs ?? manifest?.fingerprint === fingerprint;
  return ok({ name: suite.name, ...result.value, session: last?.session ?? null, ofTheseInputs, problems });
}

/** What a whole session here read, else what the manifest tells; null where no single test is told of. */
function readsOf(last: SessionReads | null, manifest: Manifest | null): Reads | null {
  const reads =
    last === null
      ? manifest && recordedReads(manifest)
      : manifest === null
        ? last.reads
        : withoutSkipped(last.reads, manifest);
  return reads === null || reads.byTest.size === 0 ? null : reads;
}

/** Links and submodules are no files of which something could run. */
async function inputsOf(
  worktree: Worktree,
  tree: TreeId,
  pathspecs: readonly string[],
): Promise<readonly Input[]> {
  const nothing = blobIdOf(worktree, "");
  const entries = await listTree(worktree, tree, pathspecs);
  return entries.flatMap(({ mode, id, path }) =>
    mode.startsWith("100") ? [{ path, isEmpty: id === nothing }] : [],
  );
}

function percentage(text: string): number | null {
  const value = /^\d{1,3}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value <= 100 ? value : null;
}

function notAPercentage(text: string): Problem {
  const hint = "Write it as a number from 0 to 100:  gate gaps --under 80";
  return problem("usage", `--under ${text} is no percentage.`, { hint });
}

function foreignReport(path: string, { name }: Suite): Problem {
  const message = `${path} names no input of ${name}.`;
  const hint =
    "Make the report in this repository, started at its top level, or correct inputs: in gate.yaml.";
  return warning("coverage-invalid", message, { suite: name, path, hint });
}

/** Of a file that was changed since, the report counts other lines. */
async function changedSince(
  { topLevel }: Worktree,
  { name }: Suite,
  { path, modifiedMs }: FoundReport,
  { files }: SuiteCoverage,
): Promise<readonly Problem[]> {
  const measured = files.filter((file) => file.measured);
  const stamps = await Promise.all(measured.map((file) => fileStamp(join(topLevel, file.path))));
  const [first, ...others] = measured.filter((_, index) => (stamps[index]?.modifiedMs ?? 0) > modifiedMs);
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const message = `${first.path} changed after ${path} was made${more}: it counts other lines.`;
  const hint = "Make it anew:  coverage run -m pytest && coverage json";
  return [warning("coverage-invalid", message, { suite: name, path, hint })];
}

function nothingKnown({ name }: Suite): Problem {
  const message = `there is no coverage report, and no whole run of ${name} has told what each of its tests read.`;
  const hint =
    "coverage run -m pytest && coverage json, then  gate gaps;  or with pytest, node:test or vitest  gate run, where observe: is on";
  return warning("coverage-missing", message, { suite: name, hint });
}

function newerFormat(found: FoundReport | null): Problem[] {
  if (found === null || found.report.format <= NEWEST_FORMAT) return [];
  const message = `${found.path} has format ${found.report.format}; this gate knows coverage.py's formats up to ${NEWEST_FORMAT}.`;
  const hint = "Compare the totals with those of  coverage report";
  return [warning("coverage-invalid", message, { path: found.path, hint })];
}

function reportFacts(found: FoundReport | null): ReportFacts | null {
  if (found === null) return null;
  const { version, format, timestamp } = found.report;
  return { path: found.path, version, format, timestamp };
}

function documentOf(
  under: number,
  report: ReportFacts | null,
  suites: readonly SuiteGaps[],
  problems: readonly Problem[],
): GapsDocument {
  return { schema: "gate/gaps@1", under, rule: PRIORITY_RULE, report, suites, problems };
}
