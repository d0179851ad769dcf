import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { standingInTree } from "../adapters/git/tree-objects.ts";
import { changesSinceHead, compareTrees, resolveTree, type TreeChange } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { oncePerSuite } from "../fingerprint/once.ts";
import { CONFIGURATION_PATH, inputPathspecs } from "../fingerprint/pathspecs.ts";
import { whereHere } from "./where-here.ts";

/** What two trees have otherwise of what a suite's fingerprint is made from. */
export interface SuiteChanges {
  readonly inputs: readonly TreeChange[];
  /** Whether gate.yaml is another one. It is asked about apart: the suite's excludes may take it out of the inputs. */
  readonly reconfigured: boolean;
}

export async function changesBetween(
  repository: Repository,
  before: TreeId,
  after: TreeId,
  suite: Suite,
  reportsDirectories: readonly string[],
): Promise<SuiteChanges> {
  const [inputs, reconfigured] = await Promise.all([
    compareTrees(repository, before, after, inputPathspecs(suite, reportsDirectories)),
    isReconfigured(repository, before, after),
  ]);
  return { inputs, reconfigured };
}

/** What HEAD has otherwise; null where there is no commit yet, or this clone does not have its tree. */
export const changesFromHead = oncePerSuite(
  async (repository, tree, suite, directories: readonly string[]): Promise<SuiteChanges | null> => {
    const [inputs, head] = await Promise.all([
      changesSinceHead(repository, tree, inputPathspecs(suite, directories)),
      resolveTree(repository, "HEAD"),
    ]);
    if (inputs === null || head === null) return null;
    const reconfigured = await whereHere(isReconfigured(repository, head, tree));
    return reconfigured === null ? null : { inputs, reconfigured };
  },
);

async function isReconfigured(repository: Repository, before: TreeId, after: TreeId): Promise<boolean> {
  const [one, other] = await Promise.all(
    [before, after].map(async (tree) =>
      (await standingInTree(repository, tree, [CONFIGURATION_PATH])).get(CONFIGURATION_PATH),
    ),
  );
  return one !== other;
}
