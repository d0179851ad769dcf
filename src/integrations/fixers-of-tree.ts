import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { listTree, type TreeEntry } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import { EVERYTHING, without } from "../fingerprint/pathspecs.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { reportsDirectories } from "../judgement/judge.ts";
import type { Problem } from "../problem.ts";
import { signaturePath } from "../reports/manifest.ts";
import { kindsOf, type WrittenReports, writtenReports } from "../reports/reports-place.ts";
import { filesAboveReports } from "../verify/above-reports.ts";
import { fixerWarning, unreadWarning } from "./fixer-problem.ts";
import { culpritsIn } from "./fixers/culprits.ts";
import { projectOfTree } from "./fixers/project.ts";
import { unreadFiles } from "./fixers/unread.ts";
import { wiringEntries } from "./wiring.ts";
import { readerFor } from "./wiring-places.ts";

/** Tools of a commit that would rewrite its reports once somebody commits them again. */
export async function fixersOfTree(
  repository: Repository,
  tree: TreeId,
  only: string | null,
): Promise<readonly Problem[]> {
  const configured = await configurationOf(repository, tree);
  if (!configured.ok || configured.value === null) return [];
  const [entries, written] = await Promise.all([
    entriesThatMatter(repository, tree, reportsDirectories(configured.value)),
    writtenIn(repository, tree, configured.value, only),
  ]);
  const project = await projectOfTree(repository, tree, entries);
  const [culprits, unread] = await Promise.all([culpritsIn(project, written), unreadFiles(project)]);
  return [...culprits.map(fixerWarning), ...unread.map(unreadWarning)];
}

/**
 * A tool's settings that hold for reports lie in the directories above them. Only what hooks call may lie anywhere:
 * to list a large tree takes longer than all the rest.
 */
async function entriesThatMatter(
  repository: Repository,
  tree: TreeId,
  directories: readonly string[],
): Promise<readonly TreeEntry[]> {
  const [above, wired] = await Promise.all([
    filesAboveReports(repository, tree),
    wiringEntries(repository, tree),
  ]);
  const calls = wired.some(({ path }) => CALLERS.has(readerFor(path) ?? "workflow"));
  const staged = above.some(({ path }) =>
    /(?:^|\/)(?:\.lintstagedrc|lint-staged\.config\.|package\.)/.test(path),
  );
  if (calls || staged) return listTree(repository, tree, [EVERYTHING, ...directories.map(without)]);
  return [...new Map([...above, ...wired].map((entry) => [entry.path, entry])).values()];
}

/** Those who run something at a commit. */
const CALLERS: ReadonlySet<string> = new Set(["lefthook", "framework", "package", "quoted", "hook"]);

/** Of many reports some of each kind: to ask every tool about all of them would take longer than all the rest. */
function writtenIn(
  repository: Repository,
  tree: TreeId,
  { suites, signing }: Configuration,
  only: string | null,
): Promise<readonly WrittenReports[]> {
  const chosen = suites.filter(({ name }) => only === null || name === only);
  return Promise.all(
    chosen.map(async (suite) => {
      const listed = await entriesAt(repository, tree, [suite.reports]);
      const paths = listed.map(({ path }) => path);
      const signed = signing !== null || paths.includes(`${suite.reports}/${signaturePath(suite.name)}`);
      return writtenReports(suite, kindsOf(paths, suite.reports.length + 1), signed);
    }),
  );
}
