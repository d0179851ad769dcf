import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Trust } from "../evidence/signature.ts";
import { configurationOf } from "../judgement/configuration.ts";
import type { Problem } from "../problem.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import { judgeLanding, type Landed, type LandingQuestion } from "./landing.ts";
import { type Merge, withMerge } from "./merge.ts";
import { signingFileProblems } from "./own-signing.ts";
import { policyProblems } from "./policy-problems.ts";

export interface BaseQuestion extends LandingQuestion {
  /** Whom the base trusts. */
  readonly trust: Trust | null;
  readonly at: Date;
}

/**
 * What the change does to its base: the sources that meet in the merge, and the policy. The policy of what would
 * land is compared with the base's, so that what the base has tightened meanwhile is nothing that the change relaxed.
 */
export async function judgeAgainstBase(repository: Repository, question: BaseQuestion): Promise<Landed> {
  try {
    return await withMerge(repository, question, async (merge) => {
      const [landed, policy] = await Promise.all([
        judgeLanding(merge, question),
        orProblem(null, () => policyOf(repository, question, merge)),
      ]);
      return { ...landed, problems: [...landed.problems, ...policy] };
    });
  } catch (error) {
    return { landing: null, problems: [problemOfFailure(error, null)] };
  }
}

async function policyOf(
  repository: Repository,
  { base, head, trust, at }: BaseQuestion,
  merge: Merge,
): Promise<readonly Problem[]> {
  // what the base has done since is nothing that this commit does to it
  if (merge.kind === "contained") return [];
  const merged = merge.kind === "merged" || merge.kind === "conflict" ? merge.merged : null;
  const lands = merged ?? { repository, tree: head.tree };
  const [policy, signing] = await Promise.all([
    policyProblems(lands.repository, { base: base.tree, head: lands.tree, trust, at }),
    lands.tree === head.tree ? [] : signingFilesOf(lands, `the merge into ${base.name}`),
  ]);
  return [...policy, ...signing];
}

/** One side may rename a file that the other begins to name. */
async function signingFilesOf(
  { repository, tree }: { readonly repository: Repository; readonly tree: TreeId },
  where: string,
): Promise<readonly Problem[]> {
  const configuration = await configurationOf(repository, tree);
  const signing = configuration.ok ? (configuration.value?.signing ?? null) : null;
  return signingFileProblems(repository, tree, signing, where);
}
