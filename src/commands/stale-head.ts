import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { resolveTree } from "../adapters/git/trees.ts";
import type { EvidencePlace, Staleness } from "../decision/decide.ts";
import { changesSinceEvidence, type InputChange } from "../judgement/changes.ts";
import { findElsewhere } from "../judgement/facts.ts";
import { type JudgedSuite, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import type { Problem } from "../problem.ts";
import { rememberSaid } from "../recording/judged-commit.ts";

/** A suite that HEAD has no evidence for. */
export interface StaleHeadSuite {
  readonly name: string;
  readonly staleness: Staleness;
  readonly changes: readonly InputChange[];
  /** Where evidence for just these inputs lies already; null where it takes a run. */
  readonly elsewhere: EvidencePlace["in"] | null;
}

export interface StaleHead {
  readonly suites: readonly StaleHeadSuite[];
  readonly problems: readonly Problem[];
}

const NOTHING_TO_SAY: StaleHead = { suites: [], problems: [] };

/** Looks whether HEAD carries its evidence, for hooks that come when it is there already. Runs nothing. */
export async function judgeHead(repository: Repository): Promise<StaleHead> {
  const tree = await resolveTree(repository, "HEAD");
  const judged = tree === null ? null : await judgeTree(repository, tree);
  if (tree === null || judged === null) return NOTHING_TO_SAY;
  if (!judged.ok) return { suites: [], problems: judged.error };
  if (judged.value === null) return NOTHING_TO_SAY;
  const directories = reportsDirectories(judged.value.configuration);
  const suites: StaleHeadSuite[] = [];
  for (const suite of judged.value.suites) {
    if (suite.staleness === null) continue;
    suites.push(await describe(repository, tree, suite, suite.staleness, directories));
  }
  if (suites.length > 0) await rememberSaid(repository, tree);
  return { suites, problems: judged.value.suites.flatMap(({ problems }) => problems) };
}

async function describe(
  repository: Repository,
  tree: TreeId,
  judged: JudgedSuite,
  staleness: Staleness,
  directories: readonly string[],
): Promise<StaleHeadSuite> {
  const { suite, inputs } = judged;
  const elsewhere = await findElsewhere(repository, suite, inputs.fingerprint);
  const { changes } = await changesSinceEvidence(repository, tree, "HEAD", judged, directories);
  return {
    name: suite.name,
    staleness,
    changes,
    elsewhere: elsewhere === null ? null : elsewhere.in,
  };
}
