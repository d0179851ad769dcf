import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { agreeApartFrom, subtree } from "../adapters/git/tree-objects.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import type { Staleness } from "../decision/decide.ts";
import { type Recorded, readEvidence, readRecorded, readRecordOf } from "../evidence/recorded.ts";
import { fingerprintOf, type InputsOfTree } from "../fingerprint/fingerprint.ts";
import { oncePerTree } from "../fingerprint/once.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { ok, type Result } from "../result.ts";
import { configurationOf } from "./configuration.ts";
import { pinsLeftOut } from "./pins-left-out.ts";

/** What a tree says of itself. Nothing outside the tree enters. */
export interface JudgedTree {
  readonly tree: TreeId;
  readonly configuration: Configuration;
  readonly suites: readonly JudgedSuite[];
}

export interface JudgedSuite {
  readonly suite: Suite;
  readonly inputs: InputsOfTree;
  /** Where evidence is missing its hash at least; the rest may not have been read. */
  readonly recorded: Recorded;
  /** null: the tree carries its evidence. */
  readonly staleness: Staleness | null;
  /** What is wrong with the inputs. With an error among them no evidence can be asked for. */
  readonly problems: readonly Problem[];
}

type Judgement = Result<JudgedTree | null, readonly Problem[]>;

/** Judges every suite of a tree; null where the tree has no gate.yaml. */
export const judgeTree = oncePerTree((repository, tree) => judge(repository, tree, readRecorded));

/** The same as far as a commit has to know: of a record that is of other inputs nothing but the hash is read. */
export const judgeForCommit = oncePerTree((repository, tree) => judge(repository, tree, readRecordOf));

async function judge(repository: Repository, tree: TreeId, read: typeof readRecordOf): Promise<Judgement> {
  const found = await configurationOf(repository, tree);
  if (!found.ok) return found;
  if (found.value === null) return ok(null);
  return ok(await judgeAs(repository, tree, found.value, read));
}

/** Judges a tree by a configuration that need not be its own. */
export async function judgeAs(
  repository: Repository,
  tree: TreeId,
  configuration: Configuration,
  read: typeof readRecordOf = readRecorded,
): Promise<JudgedTree> {
  const suites = await Promise.all(
    configuration.suites.map((suite) => judgeSuite(repository, tree, suite, configuration, read)),
  );
  return { tree, configuration, suites };
}

/**
 * Judges a tree that has evidence in place of the reports of a judged one, and all else as that one has it: what lies
 * among reports is no input of any suite. null where there is another difference.
 */
export async function judgeWithEvidence(
  repository: Repository,
  before: JudgedTree,
  tree: TreeId,
  evidence: ReadonlyMap<string, TreeId>,
): Promise<JudgedTree | null> {
  const given = before.suites.flatMap((judged) => {
    const own = evidence.get(judged.suite.name);
    return own === undefined ? [] : [{ reports: judged.suite.reports, own }];
  });
  const places = given.map(({ reports }) => reports);
  if (!(await agreeApartFrom(repository, before.tree, tree, places))) return null;
  const found = await Promise.all(places.map((reports) => subtree(repository, tree, reports)));
  if (given.some(({ own }, index) => found[index] !== own)) return null;
  const suites = await Promise.all(
    before.suites.map(async (judged) => {
      const own = evidence.get(judged.suite.name);
      if (own === undefined) return judged;
      const recorded = await readEvidence(repository, own, judged.suite);
      return { ...judged, recorded, staleness: stalenessOf(judged.inputs, recorded) };
    }),
  );
  return { ...before, tree, suites };
}

export function reportsDirectories(configuration: Configuration): string[] {
  return configuration.suites.map(({ reports }) => reports);
}

async function judgeSuite(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  configuration: Configuration,
  read: typeof readRecordOf,
): Promise<JudgedSuite> {
  const asked = fingerprintOf(repository, tree, suite, reportsDirectories(configuration));
  const [inputs, recorded, leftOut] = await Promise.all([
    asked,
    read(repository, tree, suite, asked),
    pinsLeftOut(repository, tree, suite),
  ]);
  const problems = [...(inputs.files === 0 ? [emptyInputs(suite)] : []), ...leftOut];
  return { suite, inputs, recorded, staleness: stalenessOf(inputs, recorded), problems };
}

function emptyInputs(suite: Suite): Problem {
  return problem("inputs-empty", `the inputs of ${suite.name} match no tracked file.`, {
    path: CONFIGURATION_PATH,
    line: suite.inputs[0]?.line ?? null,
    suite: suite.name,
    hint: "Name the files that can change the result under inputs:, and git add them.",
  });
}

/** Fresh means: hash, manifest and listing agree with the inputs and each other, and the run was accepted. */
export function stalenessOf(inputs: InputsOfTree, { hash, manifest, problems }: Recorded): Staleness | null {
  if (hash === null && manifest === null && problems.length === 0) return "missing";
  if (hash !== null && hash !== inputs.fingerprint) return "outdated";
  if (hash === null || manifest === null || problems.length > 0) return "broken";
  return manifest.verdict === "passed" ? null : "not-accepted";
}
