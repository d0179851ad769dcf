import { GitError } from "../adapters/git/command.ts";
import { emptyTree, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { pathsPresent } from "../adapters/git/tree-objects.ts";
import { treesAgree } from "../adapters/git/trees.ts";
import type { InputPattern, Suite } from "../config/configuration.ts";
import { LARGEST_RECORD } from "../evidence/recorded.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import { CONFIGURATION_PATH, patternPathspecs } from "../fingerprint/pathspecs.ts";
import { suiteOf } from "../judgement/configuration.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { inputsCounted, manifestPath } from "../reports/manifest.ts";
import { problemOfFailure } from "./failures.ts";

/** Against what the inputs were before: in the base, or else in the parent. */
export interface Before {
  readonly tree: TreeId;
  /** For people: `origin/main`, or `the parent commit`. */
  readonly name: string;
}

/** What the tree and its past say of a suite's inputs, before they are listed themselves. */
export interface InputsHealth {
  readonly before: Before | null;
  /** How many files the record of before counts; null where there is none. */
  readonly filesBefore: number | null;
  /** Patterns that match nothing: those that did before, and those that never did. */
  readonly problems: readonly Problem[];
}

/** Of a tree that is held against nothing before it. */
export const UNASKED_HEALTH: InputsHealth = { before: null, filesBefore: null, problems: [] };

/** A pattern that matched and no longer does is how a gate goes blind; one that never matched is odd, not wrong. */
export async function inputsHealth(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  before: Before | null,
): Promise<InputsHealth> {
  try {
    const [problems, filesBefore] = await Promise.all([
      patternProblems(repository, tree, suite, before),
      before === null ? null : filesRecorded(repository, before.tree, suite.name),
    ]);
    return { before, filesBefore, problems };
  } catch (error) {
    return { before, filesBefore: null, problems: [problemOfFailure(error, suite.name)] };
  }
}

async function patternProblems(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  before: Before | null,
): Promise<Problem[]> {
  const empty = await patternsWithoutMatch(repository, tree, suite);
  return Promise.all(
    empty.map(async (pattern) => {
      const stopped =
        before !== null && !pattern.exclude && (await matches(repository, before.tree, pattern));
      return stopped ? stoppedMatching(suite, pattern, before) : matchesNothing(suite, pattern);
    }),
  );
}

/** Whether half of the inputs or more are gone since the last record. */
export function collapseProblems(
  { suite, inputs }: JudgedSuite,
  { before, filesBefore }: InputsHealth,
): Problem[] {
  if (before === null || filesBefore === null || filesBefore < 2 || inputs.files * 2 > filesBefore) return [];
  const message = `the inputs of ${suite.name} fell from ${filesBefore} files in ${before.name} to ${inputs.files}.`;
  const hint = `If files moved, name their new place under inputs:. If they are gone for good:  gate waive ${suite.name} --reason … --until …`;
  return [problem("inputs-collapsed", message, { ...placeOf(suite), hint })];
}

/** A clone without blobs has the manifest of what it judges, not those of before: there the inputs are counted. */
async function filesRecorded(repository: Repository, tree: TreeId, name: string): Promise<number | null> {
  const before = await suiteOf(repository, tree, name);
  if (before === null) return null;
  const place = `${tree}:${before.suite.reports}/${manifestPath(name)}`;
  try {
    const [manifest] = await readBlobsUpTo(repository, [place], LARGEST_RECORD);
    return manifest && manifest !== "too-large" ? inputsCounted(manifest.bytes) : null;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return (await fingerprintOf(repository, tree, before.suite, before.reportsDirectories)).files;
  }
}

async function patternsWithoutMatch(
  repository: Repository,
  tree: TreeId,
  { inputs }: Suite,
): Promise<readonly InputPattern[]> {
  const present = await pathsPresent(
    repository,
    tree,
    inputs.map(({ glob }) => glob),
  );
  const others = inputs.filter((_, index) => !present[index]);
  const matched = await Promise.all(others.map((pattern) => matches(repository, tree, pattern)));
  return others.filter((_, index) => !matched[index]);
}

async function matches(repository: Repository, tree: TreeId, pattern: InputPattern): Promise<boolean> {
  const nothing = emptyTree(repository.objectFormat);
  return !(await treesAgree(repository, nothing, tree, patternPathspecs(pattern)));
}

const written = ({ glob, exclude }: InputPattern) => `${exclude ? "!" : ""}${glob}`;

function placeOf(suite: Suite, line: number | null = suite.inputs[0]?.line ?? null) {
  return { path: CONFIGURATION_PATH, line, suite: suite.name };
}

function stoppedMatching(suite: Suite, pattern: InputPattern, { name }: Before): Problem {
  const message = `the pattern ${written(pattern)} of ${suite.name} matches nothing any more; in ${name} it did.`;
  const hint = "Name the new place of what it matched, or take the pattern out.";
  return problem("inputs-collapsed", message, { ...placeOf(suite, pattern.line), hint });
}

function matchesNothing(suite: Suite, pattern: InputPattern): Problem {
  const message = `the pattern ${written(pattern)} of ${suite.name} matches no tracked file.`;
  const hint = "Correct it, git add what it should match, or take it out.";
  return warning("pattern-matches-nothing", message, { ...placeOf(suite, pattern.line), hint });
}
