import { readIfThere } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { resolveCommit, resolveTree } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import { type Decision, decideStale, type Staleness } from "../decision/decide.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { changesSinceEvidence } from "../judgement/changes.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { gatherFacts, type StaleSuite } from "../judgement/facts.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { emptyPatterns, linksLeadingOut } from "../judgement/input-warnings.ts";
import { type JudgedSuite, type JudgedTree, judgeAs, reportsDirectories } from "../judgement/judge.ts";
import { writeMemo } from "../judgement/memo.ts";
import { pendingSentence } from "../judgement/sentences.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { isFresh } from "../recording/settle-index.ts";
import { recordedFacts } from "../reports/recorded-facts.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import type { Context } from "./context.ts";
import { exitFor } from "./run-document.ts";
import {
  type StatusDocument,
  type StatusOptions,
  type SuiteStatus,
  statusDocument,
} from "./status-document.ts";

/** Judges the index or a commit in full, where no memo answers. */
export async function judgeStatus(
  context: Context,
  repository: Repository,
  options: StatusOptions,
): Promise<Outcome<StatusDocument>> {
  const refuse = (problems: readonly Problem[]) => ({
    exit: exitFor(problems),
    document: statusDocument(options.rev, [], problems),
  });
  const tree = await treeToJudge(repository, options.rev);
  if (!tree.ok) return refuse(tree.error);
  const other = await otherConfiguration(context, options.config);
  if (!other.ok) return refuse(other.error);
  const configuration = other.value === null ? await configurationOf(repository, tree.value) : other;
  if (!configuration.ok) return refuse(configuration.error);
  if (configuration.value === null)
    return { exit: 0, document: statusDocument(options.rev, [], [noConfiguration(options.rev)]) };
  const [found, unmatched] = await Promise.all([
    judgeAs(repository, tree.value, configuration.value),
    emptyPatterns(repository, tree.value, configuration.value),
  ]);
  const [links, ...described] = await Promise.all([
    linksLeadingOut(repository, found),
    ...found.suites.map((one) => describe(context, repository, found, one, options.rev)),
  ]);
  const warnings = [...unmatched, ...links];
  if (options.rev === null && options.config === null && isFresh(found)) {
    await writeMemo(repository, found, warnings);
  }
  const suites = described.map((suite) => ({
    ...suite,
    problems: [...suite.problems, ...warnings.filter((one) => one.suite === suite.name)],
  }));
  return { exit: 0, document: statusDocument(options.rev, suites, []) };
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
    problem("usage", `${revision} is no commit in this repository.`, { hint: "git log --oneline --all" }),
  ]);
}

async function otherConfiguration(
  context: Context,
  path: string | null,
): Promise<Result<Configuration | null, readonly Problem[]>> {
  if (path === null) return ok(null);
  const { resolve } = await import("node:path");
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

async function describe(
  context: Context,
  repository: Repository,
  { tree, configuration }: JudgedTree,
  judged: JudgedSuite,
  rev: string | null,
): Promise<SuiteStatus> {
  const { suite, inputs, recorded, staleness } = judged;
  const facts = {
    name: suite.name,
    fingerprint: inputs.fingerprint,
    recorded: recorded.hash,
    inputs: { files: inputs.files },
    evidence: recorded.manifest === null ? null : recordedFacts(recorded.manifest),
  };
  if (staleness === null) {
    return {
      ...facts,
      decision: "fresh",
      reason: null,
      changes: [],
      staleSince: null,
      problems: judged.problems,
    };
  }
  const directories = reportsDirectories(configuration);
  const [due, since] = await Promise.all([
    decisionFor(context, repository, { tree, judged, staleness, reportsDirectories: directories }),
    changesSinceEvidence(repository, tree, rev ?? "HEAD", judged, directories),
  ]);
  const { staleSince: commit } = since;
  return {
    ...facts,
    ...due,
    changes: since.changes,
    staleSince: commit === null ? null : { commit: commit.id, author: commit.author, date: commit.date },
    problems: [...judged.problems, ...recorded.problems],
  };
}

async function decisionFor(
  context: Context,
  repository: Repository,
  stale: StaleSuite,
): Promise<{ readonly decision: Decision["kind"]; readonly reason: string }> {
  const [first] = stale.judged.problems;
  if (first !== undefined) return { decision: "blocked", reason: first.message };
  const decision = decideStale(await gatherFacts(repository, stale, context));
  return { decision: decision.kind, reason: reasonFor(decision, stale.staleness) };
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

const STALE: Readonly<Record<Staleness, string>> = {
  missing: "there is no evidence yet",
  outdated: "the inputs changed after the recorded run",
  broken: "the recorded evidence is broken",
  "not-accepted": "the recorded run was not accepted",
};
