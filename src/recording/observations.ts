import { listTree } from "../adapters/git/trees.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import type { Problem } from "../problem.ts";
import { type PackedReads, packReads } from "../reports/read-sets.ts";
import { followReads } from "../suite/reads.ts";
import { partOf, type SuiteResults } from "../suite/results.ts";
import { environmentDrift } from "./environment-drift.ts";
import { foreignModules } from "./foreign-modules.ts";
import { foreignPackages } from "./foreign-packages.ts";
import { compareWithInputs, undeclaredInputs, untrackedInputs } from "./observed-inputs.ts";
import { refusePatternTests } from "./pattern-tests.ts";
import type { FinishedSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { keepReads } from "./session-reads.ts";
import { readsOfSubmodules } from "./submodule-reads.ts";
import { modulesUnseen, seenTests, strictButUnobserved } from "./unobserved.ts";

/** What a run was seen to use, and what is wrong with that. */
export interface JudgedObservations {
  /** Of the inputs: which tests read them. */
  readonly reads: PackedReads;
  readonly problems: readonly Problem[];
}

/** Compares what the run used with what the tree declares: files, modules, installed versions. */
export async function judgeObservations(
  request: RunRequest,
  { observed, results, record, folder }: FinishedSession,
): Promise<JudgedObservations> {
  const { worktree, tree, judged, reportsDirectories, surroundings } = request;
  const { suite } = judged;
  const lastPart = record.parts?.length ?? 1;
  // what a part that was cut short saw of its tests is not all that these read
  const seenWhole = (results?.tests ?? []).filter((test) => partOf(test) === lastPart);
  const fileOf = new Map(seenWhole.map(({ id, file }) => [id, file]));
  const reads = await readsOfSubmodules(worktree, tree, followReads(observed, fileOf));
  const seen = seenTests(results, reads);
  const unobserved = [...strictButUnobserved(suite, seen), ...modulesUnseen(suite, results, observed)];
  if (reads.all.size === 0 && observed.modules.length === 0 && observed.environment === null) {
    return { reads: packReads(reads, new Set()), problems: unobserved };
  }
  const entries = await listTree(worktree, tree, inputPathspecs(suite, reportsDirectories));
  const inputs = entries.map(({ path }) => path);
  const declared = new Set(inputs);
  const found = await compareWithInputs(
    { repository: worktree, tree, suite, reportsDirectories, home: surroundings.environment.HOME ?? null },
    declared,
    reads.all,
  );
  await keepReads(folder, seen.reads, lastPart === 1 && isWhole(results));
  const patterns = refusePatternTests(suite, results, reads);
  const started = new Date(record.started);
  const run = { worktree, tree, suite: suite.name, started };
  const [foreign, packages, untracked, drift] = await Promise.all([
    foreignModules(run, inputs, observed.modules),
    foreignPackages(run, inputs, observed.modules),
    untrackedInputs(worktree, suite, found.untracked, started),
    observed.environment === null ? [] : environmentDrift(request, inputs, observed.environment),
  ]);
  const problems = [
    ...unobserved,
    ...foreign,
    ...packages,
    ...patterns,
    ...undeclaredInputs(suite, found, seen.reads),
    ...untracked,
    ...drift,
  ];
  return { reads: packReads(reads, declared), problems };
}

/** Every test that was planned has come to its end: what it did not read, it does not read. */
function isWhole(results: SuiteResults | null): boolean {
  return results?.complete === true && results.tests.every(({ outcome }) => outcome !== null);
}
