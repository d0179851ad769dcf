import { posix } from "node:path";
import { fileErrorCode, writeAtomically } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { explainIgnored, ignoredAmong } from "../adapters/git/ignore.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { lostProblem, lostReports, samplesOf } from "../ignore/lost-reports.ts";
import { type IgnoreFiles, mendIgnores } from "../ignore/mend.ts";
import { possiblyIgnored } from "../ignore/possible-matches.ts";
import { withLoneRepository } from "../ignore/trials.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { judgeTree } from "../judgement/judge.ts";
import { type Problem, problem } from "../problem.ts";
import { type WrittenReports, writtenReports } from "../reports/reports-place.ts";
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
  const nested = listed.filter(({ path }) => path.endsWith(`/${IGNORE_FILE}`));
  const files = await readIgnoreFiles(repository, [...above, ...nested]);
  if (files.unread.length > 0) return files.unread.map(tooLarge);
  if (files.texts.size === 0) return [];
  const kinds = suites.map((suite) => writtenReports(suite, [], configuration.signing !== null));
  const probes = kinds.flatMap(({ paths }) => paths);
  const missing = await missingReports(repository, tree);
  const names = [...listed.map(({ path }) => path), ...probes, ...missing];
  const possible = [...new Set(possiblyIgnored(files.texts.values(), names))];
  if (possible.length === 0) return [];
  return withLoneRepository(repository, async (lone) => {
    if (!(await laidOut(lone.directory, files.texts))) return [notLaidOut()];
    const ignored = await ignoredAmong(lone, possible);
    const written = kinds.map((one) => ({ ...one, paths: ignored.filter(isIn(one.directory)) }));
    const lost = lostReports(written, await explainIgnored(lone, ignored));
    if (lost.length === 0) return [];
    const added = await addedLines(lone, files.texts, written, samplesOf(lost));
    return lost.map((one) => lostProblem(one, added));
  });
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

const isIn = (directory: string) => (path: string) => path.startsWith(`${directory}/`);

/** What a manifest lists and its tree does not have: it may be missing because it is ignored. */
async function missingReports(repository: Repository, tree: TreeId): Promise<readonly string[]> {
  const judged = await judgeTree(repository, tree);
  const suites = judged.ok ? (judged.value?.suites ?? []) : [];
  return suites
    .flatMap(({ recorded }) => recorded.problems)
    .flatMap(({ code, path }) => (code === "missing-report" && path !== null ? [path] : []));
}

/** A tree that git itself would not check out may name a file and a directory alike. */
async function laidOut(directory: string, files: IgnoreFiles): Promise<boolean> {
  try {
    for (const [path, text] of files) await writeAtomically(posix.join(directory, path), text);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return false;
  }
}

async function addedLines(
  repository: Repository,
  files: IgnoreFiles,
  written: readonly WrittenReports[],
  lost: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const added = new Map<string, readonly string[]>();
  for (const { directory } of written) {
    const paths = lost.filter(isIn(directory));
    const mend = await mendIgnores(repository, files, { directory, paths });
    for (const [file, lines] of mend.added) added.set(file, [...(added.get(file) ?? []), ...lines]);
  }
  return added;
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

const IGNORE_FILE = ".gitignore";

/** No part of its path leads out of where it lies. */
const STAYS_INSIDE = /^(?!"|(?:.*\/)?\.\.?\/)(?:.*\/)?\.gitignore$/;

function tooLarge(path: string): Problem {
  const message = `${path} is larger than 1 MiB: whether it keeps reports out of commits was not judged.`;
  return problem("ignored-report", message, { path, hint: "Take out what is not needed." });
}

function notLaidOut(): Problem {
  const message =
    "the .gitignore files of this commit cannot lie side by side on a disk, so they were not judged.";
  return problem("ignored-report", message, { hint: "See what git says of it:  git fsck" });
}
