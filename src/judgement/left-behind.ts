import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { standingInTree } from "../adapters/git/tree-objects.ts";
import { resolveTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, warning } from "../problem.ts";
import { manifestPath } from "../reports/manifest.ts";
import { shellWord } from "../shell-word.ts";
import { suiteOf } from "./configuration.ts";
import { whereHere } from "./where-here.ts";

/**
 * Where gate.yaml has a suite's reports elsewhere than HEAD had them, the old ones stay tracked and belong to nothing
 * any more: nobody writes them, and no check looks at them.
 */
export async function reportsLeftBehind(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  reportsDirectories: readonly string[],
): Promise<readonly Problem[]> {
  const head = await resolveTree(repository, "HEAD");
  const then = head === null ? null : await whereHere(suiteOf(repository, head, suite.name));
  const old = then?.suite.reports ?? suite.reports;
  if (reportsDirectories.includes(old)) return [];
  const manifest = `${old}/${manifestPath(suite.name)}`;
  if ((await standingInTree(repository, tree, [manifest])).get(manifest) === null) return [];
  const message = `the reports of ${suite.name} go to ${suite.reports} now, and those of before are tracked in ${old} still.`;
  return [
    warning("reports-left-behind", message, {
      path: old,
      suite: suite.name,
      hint: `Take them out:  git rm -r -q -- ${shellWord(old)}`,
    }),
  ];
}
