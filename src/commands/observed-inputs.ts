import type { Repository } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, type JudgedTree, reportsDirectories } from "../judgement/judge.ts";
import { proposeInputs } from "../recording/input-proposals.ts";
import { compareWithInputs, olderThan } from "../recording/observed-inputs.ts";
import { lastReads, manifestKnowsBetter } from "../recording/session-reads.ts";
import { readsOfAll } from "../reports/read-sets.ts";
import type { Context } from "./context.ts";
import type { ObservedStatus } from "./status-document.ts";

/**
 * Compares each suite's inputs with what a whole run here read, or else with what the manifest tells; a suite that
 * nobody has watched is not among them.
 */
export async function observedInputs(
  { environment }: Pick<Context, "environment">,
  repository: Repository,
  judged: JudgedTree,
): Promise<ReadonlyMap<string, ObservedStatus>> {
  const home = environment.HOME ?? null;
  const found = await Promise.all(
    judged.suites.map(async (one) => [one.suite.name, await observe(repository, home, judged, one)] as const),
  );
  return new Map(found.flatMap(([name, status]) => (status === null ? [] : [[name, status]])));
}

async function observe(
  repository: Repository,
  home: string | null,
  { tree, configuration }: JudgedTree,
  { suite, recorded: { manifest }, inputs: { fingerprint } }: JudgedSuite,
): Promise<ObservedStatus | null> {
  const { topLevel } = repository;
  const session = topLevel === null ? null : await lastReads(topLevel, suite.name, fingerprint);
  const last = manifestKnowsBetter(session, manifest, fingerprint) ? null : session;
  const recordedReads = manifest === null ? null : readsOfAll(manifest);
  const read = last?.reads.all ?? (recordedReads === null ? null : new Set(recordedReads.files));
  if (read === null) return null;
  const ofTheseInputs = last?.ofTheseInputs ?? manifest?.fingerprint === fingerprint;
  const directories = reportsDirectories(configuration);
  const entries = await listTree(repository, tree, inputPathspecs(suite, directories));
  const inputs = entries.map(({ path }) => path);
  const found = await compareWithInputs(
    { repository, tree, suite, reportsDirectories: directories, home },
    new Set(inputs),
    read,
  );
  const untracked =
    last === null || topLevel === null ? [] : await olderThan({ topLevel }, found.untracked, last.started);
  // A test that could not be loaded read nothing else, and its own file all the same.
  const testFiles = new Set([...(manifest?.tests.keys() ?? [])].map((id) => id.split("::")[0]));
  // That it read none of the files that came later means nothing.
  const unread = ofTheseInputs ? found.unread.filter((path) => !testFiles.has(path)) : [];
  return {
    ...found,
    untracked,
    unread,
    session: last?.session ?? null,
    ofTheseInputs,
    proposals: proposeInputs(suite, { ...found, unread }, inputs),
  };
}
