import { resolve } from "node:path";
import { readIfThere } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { hasWorktree, type Repository } from "../adapters/git/repository.ts";
import { resolveCommit, resolveTree } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import { type Decision, decideStale, type EvidencePlace, type Staleness } from "../decision/decide.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { changesSinceEvidence } from "../judgement/changes.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { findElsewhere, gatherFacts, type StaleSuite } from "../judgement/facts.ts";
import { reportsConflict, treeOfIndex } from "../judgement/index-tree.ts";
import { emptyPatterns, linksLeadingOut } from "../judgement/input-warnings.ts";
import { type JudgedSuite, type JudgedTree, judgeAs, reportsDirectories } from "../judgement/judge.ts";
import { pendingSentence } from "../judgement/sentences.ts";
import { unsignedEvidence } from "../judgement/unsigned.ts";
import { writeMemo } from "../judgement/write-memo.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { configurationOnDisk } from "../recording/configuration-on-disk.ts";
import { refuseDifferences } from "../recording/differing-inputs.ts";
import { isFresh } from "../recording/settle-index.ts";
import { inputsOnDisk } from "../recording/worktree.ts";
import type { Manifest } from "../reports/manifest.ts";
import { readersOf, readsOfAll } from "../reports/read-sets.ts";
import { recordedFacts } from "../reports/recorded-facts.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import { lastRunOf } from "../sessions/last-run.ts";
import { problemOfFailure } from "../verify/failures.ts";
import { commitHook } from "./commit-hook.ts";
import type { Context } from "./context.ts";
import { nextStep, type Standing } from "./next-step.ts";
import { observedInputs } from "./observed-inputs.ts";
import { exitFor } from "./run-document.ts";
import {
  type StatusChange,
  type StatusDocument,
  type StatusOptions,
  type SuiteStatus,
  statusDocument,
} from "./status-document.ts";

/** Judges the index or a commit in full, where no memo answers. What git cannot say here is a problem like others. */
export async function judgeStatus(
  context: Context,
  repository: Repository,
  options: StatusOptions,
): Promise<Outcome<StatusDocument>> {
  const refuse = (problems: readonly Problem[]) => ({
    exit: exitFor(problems) === 2 ? (2 as const) : (0 as const),
    document: statusDocument(options.rev, [], problems),
  });
  try {
    const { exit, document } = await judged(context, repository, options, refuse);
    return { exit, document: placedIn(document, options.config ?? CONFIGURATION_PATH) };
  } catch (error) {
    return { exit: 1, document: statusDocument(options.rev, [], [problemOfFailure(error, null)]) };
  }
}

/** What is wrong with the configuration stands in the file that was named. */
function placedIn(document: StatusDocument, configuration: string): StatusDocument {
  const place = (one: Problem) => (one.path === CONFIGURATION_PATH ? { ...one, path: configuration } : one);
  return {
    ...document,
    suites: document.suites.map((suite) => ({ ...suite, problems: suite.problems.map(place) })),
    problems: document.problems.map(place),
  };
}

async function judged(
  context: Context,
  repository: Repository,
  options: StatusOptions,
  refuse: (problems: readonly Problem[]) => Outcome<StatusDocument>,
): Promise<Outcome<StatusDocument>> {
  const tree = await treeToJudge(repository, options.rev);
  if (!tree.ok) return refuse(tree.error);
  const other = await otherConfiguration(context, options.config);
  if (!other.ok) return refuse(other.error);
  const configuration = other.value === null ? await configurationOf(repository, tree.value) : other;
  if (!configuration.ok) return refuse(configuration.error);
  if (configuration.value === null)
    return { exit: 0, document: statusDocument(options.rev, [], [noConfiguration(options.rev)]) };
  const ofIndex = options.rev === null && options.config === null && hasWorktree(repository);
  const [found, unmatched, onDisk] = await Promise.all([
    judgeAs(repository, tree.value, configuration.value),
    emptyPatterns(repository, tree.value, configuration.value),
    ofIndex ? configurationOnDisk(repository, tree.value) : null,
  ]);
  const [links, ...described] = await Promise.all([
    linksLeadingOut(repository, found),
    ...found.suites.map((one) => describe(context, repository, found, one, options)),
  ]);
  const unsigned = found.suites.flatMap((one) => unsignedEvidence(one, found.configuration.signing));
  const warnings = [...unmatched, ...links, ...unsigned];
  if (onDisk !== null && isFresh(found)) {
    const { state } = onDisk;
    await writeMemo(repository, found, state === null ? null : { warnings, configuration: state });
  }
  const observed = options.inputs ? await observedInputs(context, repository, found) : new Map();
  const suites = described.map((suite) => ({
    ...suite,
    problems: [...suite.problems, ...warnings.filter((one) => one.suite === suite.name)],
    ...(options.inputs ? { observed: observed.get(suite.name) ?? null } : {}),
  }));
  return { exit: 0, document: statusDocument(options.rev, suites, onDisk?.problems ?? []) };
}

async function treeToJudge(
  repository: Repository,
  rev: string | null,
): Promise<Result<TreeId, readonly Problem[]>> {
  if (rev === null && repository.topLevel !== null) return treeOfIndex(repository);
  const revision = rev ?? "HEAD";
  const commit = await resolveCommit(repository, revision);
  const tree = commit === null ? null : await resolveTree(repository, commit);
  if (tree !== null) return ok(tree);
  return err([
    problem("usage", `${revision} is no commit in this repository.`, {
      hint: "Name a commit, a branch or a tag:  git log --oneline --all",
    }),
  ]);
}

async function otherConfiguration(
  context: Context,
  path: string | null,
): Promise<Result<Configuration | null, readonly Problem[]>> {
  if (path === null) return ok(null);
  const bytes = await readIfThere(resolve(context.directory, path));
  if (bytes === null) return err([problem("config-missing", `there is no file ${path}.`, { path })]);
  const { parseConfiguration } = await import("../config/parse.ts");
  return parseConfiguration(bytes);
}

function noConfiguration(rev: string | null): Problem {
  const where = rev === null ? "among the staged files" : `in ${rev}`;
  return problem("config-missing", `there is no ${CONFIGURATION_PATH} ${where}.`, {
    path: CONFIGURATION_PATH,
    hint: "Write one:  gate init,  or stage yours:  git add gate.yaml",
  });
}

async function standingOf(
  repository: Repository,
  tree: TreeId,
  rev: string | null,
  directories: readonly string[],
): Promise<Standing> {
  if (repository.topLevel === null) return "elsewhere";
  if (rev === null && (await reportsConflict(repository, directories))) return "unmerged";
  if (tree === (await resolveTree(repository, "HEAD"))) return "head";
  return rev === null ? "staged" : "elsewhere";
}

function describe(
  context: Context,
  repository: Repository,
  judged: JudgedTree,
  one: JudgedSuite,
  asked: StatusOptions,
): Promise<SuiteStatus> | SuiteStatus {
  const { staleness } = one;
  if (staleness !== null) return describeStale(context, repository, judged, { ...one, staleness }, asked);
  const nothingDue = { reason: null, changes: [], staleSince: null, lastRun: null, next: null };
  return { ...factsOf(one), decision: "fresh", ...nothingDue, problems: one.problems };
}

function factsOf({ suite, inputs: { fingerprint, files }, recorded: { hash, manifest } }: JudgedSuite) {
  const evidence = manifest === null ? null : recordedFacts(manifest);
  return { name: suite.name, fingerprint, recorded: hash, inputs: { files }, evidence };
}

async function describeStale(
  context: Context,
  repository: Repository,
  { tree, configuration }: JudgedTree,
  judged: JudgedSuite & { readonly staleness: Staleness },
  asked: StatusOptions,
): Promise<SuiteStatus> {
  const { suite, inputs, recorded, staleness } = judged;
  const directories = reportsDirectories(configuration);
  const stale = { tree, judged, reportsDirectories: directories };
  // What is on disk matters where nothing is there to be reused: to look takes as long as all the rest together.
  const looking = elsewhereFor(repository, judged);
  const ofIndex = asked.rev === null && asked.config === null;
  const { topLevel } = repository;
  const [{ decision, reason, needsGpu }, refusals, since, standing, hook, lastRun] = await Promise.all([
    looking.then((elsewhere) => decisionFor(context, repository, stale, staleness, elsewhere)),
    looking.then((elsewhere) =>
      elsewhere === null ? refusalsOfRun(repository, judged, directories, asked) : [],
    ),
    changesSinceEvidence(repository, tree, asked.rev ?? "HEAD", judged, directories),
    standingOf(repository, tree, asked.rev, directories),
    commitHook(repository),
    ofIndex && topLevel !== null ? lastRunOf(topLevel, suite.name, inputs.fingerprint) : null,
  ]);
  const hindrance = needsGpu ? "no-gpu" : refusals.length > 0 ? "worktree" : null;
  const unsound = judged.problems.length > 0 || asked.config !== null;
  const { staleSince: commit } = since;
  return {
    ...factsOf(judged),
    decision,
    reason: standing === "unmerged" ? reason.replace(STALE.missing, CONFLICT) : reason,
    changes: since.changes.map((change) => ({ ...change, tests: testsOf(recorded.manifest, change.path) })),
    staleSince: commit === null ? null : { commit: commit.id, author: commit.author, date: commit.date },
    lastRun,
    next: unsound ? null : nextStep(decision, { standing, hook }, hindrance),
    problems: [...judged.problems, ...recorded.problems, ...refusals],
  };
}

/** A run is of what is on disk: what `gate run` would refuse is known before. */
async function refusalsOfRun(
  repository: Repository,
  { suite, problems }: JudgedSuite,
  directories: readonly string[],
  { rev, config }: StatusOptions,
): Promise<readonly Problem[]> {
  const judgesIndex = rev === null && config === null && problems.length === 0;
  if (!judgesIndex || !hasWorktree(repository)) return [];
  const { differences } = await inputsOnDisk(repository, suite, directories);
  return refuseDifferences(repository, suite, directories, differences);
}

function testsOf(manifest: Manifest | null, path: string): StatusChange["tests"] {
  const reads = manifest === null ? null : readsOfAll(manifest);
  if (manifest === null || reads === null) return null;
  const ran = [...manifest.tests.values()].filter(({ outcome }) => outcome !== "skipped");
  return readersOf(reads, ran, path);
}

/** A suite that cannot be judged reuses nothing. */
async function elsewhereFor(
  repository: Repository,
  { suite, inputs, problems }: JudgedSuite,
): Promise<EvidencePlace | null> {
  return problems.length > 0 ? null : findElsewhere(repository, suite, inputs.fingerprint);
}

async function decisionFor(
  context: Context,
  repository: Repository,
  stale: StaleSuite,
  staleness: Staleness,
  elsewhere: EvidencePlace | null,
): Promise<{ readonly decision: Decision["kind"]; readonly reason: string; readonly needsGpu: boolean }> {
  const [first] = stale.judged.problems;
  if (first !== undefined) return { decision: "blocked", reason: first.message, needsGpu: false };
  const facts = elsewhere === null ? await gatherFacts(repository, stale, context) : { elsewhere };
  const decision = decideStale(facts);
  // For another reason the machine is not asked: it may have one or not.
  const needsGpu = decision.kind === "pending" && stale.judged.suite.gpu === "required";
  return { decision: decision.kind, reason: reasonFor(decision, staleness), needsGpu };
}

function reasonFor(decision: Exclude<Decision, { kind: "fresh" }>, staleness: Staleness): string {
  switch (decision.kind) {
    case "reuse": {
      const place =
        decision.evidence.in === "store"
          ? "the local store"
          : `commit ${decision.evidence.commit.slice(0, 7)}`;
      return `${staleness === "broken" ? `${STALE.broken}; ` : ""}evidence for these inputs is in ${place}`;
    }
    case "pending":
      return `${STALE[staleness]}; ${pendingSentence(decision.reason)}`;
    case "blocked":
      return "on-stale: block refuses commits without evidence";
    case "run":
      return STALE[staleness];
    default:
      return unreachable(decision);
  }
}

const CONFLICT = "the evidence of two branches meets here, and there is none of what comes of both";

const STALE: Readonly<Record<Staleness, string>> = {
  missing: "there is no evidence yet",
  outdated: "the inputs changed after the recorded run",
  broken: "the recorded evidence is broken",
  "not-accepted": "the recorded run was not accepted",
};
