import { blobSizes } from "../adapters/git/blob-files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { hasEndlessRule } from "../config/pattern.ts";
import type { IgnoreFiles } from "../ignore/mend.ts";
import { possiblyIgnored } from "../ignore/possible-matches.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { judgeTree } from "../judgement/judge.ts";
import { type Problem, problem } from "../problem.ts";
import { writtenReports } from "../reports/reports-place.ts";
import { err, ok, type Result } from "../result.ts";
import { filesAboveReports } from "./above-reports.ts";

/** No ignore file that people keep is larger, nor are all of a commit's together. */
const LARGEST = 1 << 20;
const LARGEST_TOGETHER = 16 << 20;

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
  if (!files.ok) return files.error;
  const texts = files.value;
  if (texts.size === 0) return [];
  const kinds = suites.map((suite) => writtenReports(suite, [], configuration.signing !== null));
  const probes = kinds.flatMap(({ paths }) => paths);
  const missing = await missingReports(repository, tree);
  const names = [...listed.map(({ path }) => path), ...probes, ...missing];
  const possible = [...new Set(possiblyIgnored(texts.values(), names))];
  if (possible.length === 0) return [];
  // Most repositories have no rule that could match a report: what asks git is loaded where one has.
  const { lostByRules } = await import("./lost-by-rules.ts");
  return lostByRules(repository, texts, { written: kinds, possible });
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

/** Those among the entries that git would read: it follows no symbolic link. */
async function readIgnoreFiles(
  repository: Repository,
  entries: readonly TreeEntry[],
): Promise<Result<IgnoreFiles, readonly Problem[]>> {
  const files = entries.filter(({ mode, path }) => mode.startsWith("100") && STAYS_INSIDE.test(path));
  if ((await bytesTogether(repository, files)) > LARGEST_TOGETHER) return err([tooManyLarge(files.length)]);
  const ids = [...new Set(files.map(({ id }) => id))];
  const blobs = await readSmallBlobs(repository, ids, LARGEST);
  const byId = new Map(ids.map((id, index) => [id, blobs[index]?.toString("utf8") ?? null]));
  const large = files.filter(({ id }) => byId.get(id) === null);
  if (large.length > 0)
    return err(large.map(({ path }) => notJudged(path, "is larger than 1 MiB", TAKE_OUT)));
  const texts = new Map(files.map(({ path, id }) => [path, byId.get(id) ?? ""]));
  const endless = [...texts].filter(([, text]) => hasEndlessRule(text));
  if (endless.length === 0) return ok(texts);
  return err(endless.map(([path]) => notJudged(path, "has a rule with more than four **", FEWER_STARS)));
}

/** Of so few that none can be too large together git is not asked: 0. */
async function bytesTogether(repository: Repository, files: readonly TreeEntry[]): Promise<number> {
  if (files.length * LARGEST <= LARGEST_TOGETHER) return 0;
  const sizes = await blobSizes(
    repository,
    files.map(({ id }) => id),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const IGNORE_FILE = "/.gitignore";

/** No part of its path leads out of where it lies. */
const STAYS_INSIDE = /^(?!"|(?:.*\/)?\.\.?\/)(?:.*\/)?\.gitignore$/;

function notJudged(path: string, why: string, hint: string): Problem {
  const message = `${path} ${why}: whether it keeps reports out of commits was not judged.`;
  return problem("ignored-report", message, { path, hint });
}

const TAKE_OUT = "Take out what is not needed.";
const FEWER_STARS = "Write it with fewer: git before 2.40 would look for ever.";

function tooManyLarge(files: number): Problem {
  const message = `the ${files} .gitignore files at the reports are larger than 16 MiB together: whether they keep reports out of commits was not judged.`;
  return problem("ignored-report", message, { hint: TAKE_OUT });
}
