import type { TreeId } from "../../src/adapters/git/ids.ts";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { resolveTree } from "../../src/adapters/git/trees.ts";
import type { Problem } from "../../src/problem.ts";
import { policyProblems } from "../../src/verify/policy-problems.ts";
import { trustOf } from "../../src/verify/trust.ts";
import { opened } from "./fingerprints.ts";
import type { Rig } from "./repository.ts";

/** Commits whatever lies in the working tree. */
export async function commitAll(rig: Rig, message = "change"): Promise<void> {
  await rig.git("add", "-A");
  await rig.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message);
}

/** What the policy says of a change from one revision to another. */
export async function policyChange(rig: Rig, base = "HEAD~", head = "HEAD"): Promise<readonly Problem[]> {
  const repository = await opened(rig.directory, rig.env);
  const tree = await treeOf(repository, base);
  const trust = await trustOf(repository, tree);
  if (!trust.ok) throw new Error(trust.error.message);
  return policyProblems(repository, {
    base: tree,
    head: await treeOf(repository, head),
    trust: trust.value,
    at: new Date(),
  });
}

export async function treeOf(repository: Repository, revision: string): Promise<TreeId> {
  const tree = await resolveTree(repository, revision);
  if (tree === null) throw new Error(`no tree ${revision}`);
  return tree;
}
