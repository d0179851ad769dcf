import { emptyTree, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { pathsPresent, readBlobs, treesAgree } from "../adapters/git/trees.ts";
import type { InputPattern, Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, patternPathspecs } from "../fingerprint/pathspecs.ts";
import { suiteOf } from "../judgement/configuration.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { inputsCounted, manifestPath } from "../reports/manifest.ts";

/** Against what the inputs were before: in the base, or else in the parent. */
export interface Before {
  readonly tree: TreeId;
  /** For people: `origin/main`, or `the parent commit`. */
  readonly name: string;
}

/**
 * Inputs that shrink are how a gate goes blind: half of the files gone since the last record, or a pattern that
 * matched and no longer does. A pattern that never matched is odd, not wrong.
 */
export async function collapseProblems(
  repository: Repository,
  tree: TreeId,
  { suite, inputs }: JudgedSuite,
  before: Before | null,
): Promise<Problem[]> {
  const empty = await patternsWithoutMatch(repository, tree, suite);
  if (before === null) return empty.map((pattern) => matchesNothing(suite, pattern));
  const [recordedFiles, matchedBefore] = await Promise.all([
    filesRecorded(repository, before.tree, suite.name),
    Promise.all(empty.map((pattern) => matches(repository, before.tree, pattern))),
  ]);
  const stopped = empty.map((pattern, index) =>
    matchedBefore[index] && !pattern.exclude
      ? stoppedMatching(suite, pattern, before)
      : matchesNothing(suite, pattern),
  );
  if (recordedFiles === null || recordedFiles < 2 || inputs.files * 2 > recordedFiles) return stopped;
  const message = `the inputs of ${suite.name} fell from ${recordedFiles} files in ${before.name} to ${inputs.files}.`;
  const hint =
    "If files moved, name their new place under inputs:. If they are gone for good:  gate waive " +
    `${suite.name} --reason … --until …`;
  return [...stopped, problem("inputs-collapsed", message, { ...placeOf(suite), hint })];
}

async function filesRecorded(repository: Repository, tree: TreeId, name: string): Promise<number | null> {
  const before = await suiteOf(repository, tree, name);
  if (before === null) return null;
  const [manifest] = await readBlobs(repository, [`${tree}:${before.suite.reports}/${manifestPath(name)}`]);
  return manifest ? inputsCounted(manifest.bytes) : null;
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
