import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { IgnoreFiles } from "../ignore/mend.ts";
import { possiblyIgnored } from "../ignore/possible-matches.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { judgeTree } from "../judgement/judge.ts";
import { type Problem, problem } from "../problem.ts";
import { writtenReports } from "../reports/reports-place.ts";
import { filesAboveReports } from "./above-reports.ts";

/** No ignore file that people keep is larger. */
const LARGEST = 1 << 20;

/**
 * Whether the tree's own ignore files would keep a report out of a commit. Nobody's settings are asked: the answer
 * is the same in every clone.
 */
export async function ignoredReports(
  repository: Repository,
  tree: TreeId,
  only: string | null,
): Promise<readonly Problem[]> {
  const configured = await configurationOf(repository, tree);
  if (!configured.ok || configured.value === null) return [];
  const configuration = configured.value;
  const suites = configuration.suites.filter(({ name }) => only === null || name === only);
  if (suites.length === 0) return [];
  const [listed, above] = await Promise.all([
    reportsListed(repository, tree, suites),
    filesAboveReports(repository, tree),
  ]);
  const nested = listed.filter(({ path }) => path.endsWith(IGNORE_FILE));
  const files = await readIgnoreFiles(repository, [...above, ...nested]);
  if (files.unread.length > 0) return files.unread.map(tooLarge);
  if (files.texts.size === 0) return [];
  const kinds = suites.map((suite) => writtenReports(suite, [], configuration.signing !== null));
  const probes = kinds.flatMap(({ paths }) => paths);
  const missing = await missingReports(repository, tree);
  const names = [...listed.map(({ path }) => path), ...probes, ...missing];
  const possible = [...new Set(possiblyIgnored(files.texts.values(), names))];
  if (possible.length === 0) return [];
  // Most repositories have no rule that could match a report: what asks git is loaded where one has.
  const { lostByRules } = await import("./lost-by-rules.ts");
  return lostByRules(repository, files.texts, { written: kinds, possible });
}

/** What lies where suites write. Names that no text can hold come in quotes: no report of gate's has one. */
async function reportsListed(
  repository: Repository,
  tree: TreeId,
  suites: readonly Suite[],
): Promise<readonly TreeEntry[]> {
  const listed = await Promise.all(suites.map(({ reports }) => entriesAt(repository, tree, [reports])));
  return listed.flat().filter(({ path }) => !path.startsWith('"'));
}

/** What a manifest lists and its tree does not have: it may be missing because it is ignored. */
async function missingReports(repository: Repository, tree: TreeId): Promise<readonly string[]> {
  const judged = await judgeTree(repository, tree);
  const suites = judged.ok ? (judged.value?.suites ?? []) : [];
  return suites
    .flatMap(({ recorded }) => recorded.problems)
    .flatMap(({ code, path }) => (code === "missing-report" && path !== null ? [path] : []));
}

interface FoundFiles {
  readonly texts: IgnoreFiles;
  /** Too large. */
  readonly unread: readonly string[];
}

/** Those among the entries that git would read: it follows no symbolic link. */
async function readIgnoreFiles(repository: Repository, entries: readonly TreeEntry[]): Promise<FoundFiles> {
  const files = entries.filter(({ mode, path }) => mode.startsWith("100") && STAYS_INSIDE.test(path));
  const blobs = await readBlobsUpTo(
    repository,
    files.map(({ id }) => id),
    LARGEST,
  );
  const texts = new Map<string, string>();
  const unread: string[] = [];
  for (const [index, { path }] of files.entries()) {
    const blob = blobs[index];
    if (blob === "too-large") unread.push(path);
    else if (blob) texts.set(path, blob.bytes.toString("utf8"));
  }
  return { texts, unread };
}

const IGNORE_FILE = "/.gitignore";

/** No part of its path leads out of where it lies. */
const STAYS_INSIDE = /^(?!"|(?:.*\/)?\.\.?\/)(?:.*\/)?\.gitignore$/;

function tooLarge(path: string): Problem {
  const message = `${path} is larger than 1 MiB: whether it keeps reports out of commits was not judged.`;
  return problem("ignored-report", message, { path, hint: "Take out what is not needed." });
}
