import type { Repository } from "../adapters/git/repository.ts";
import type { Trust } from "../evidence/signature.ts";
import type { Problem } from "../problem.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import { judgeLanding, type Landed, type LandingQuestion } from "./landing.ts";
import { type Merge, withMerge } from "./merge.ts";
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
  return policyProblems(lands.repository, { base: base.tree, head: lands.tree, trust, at });
}
