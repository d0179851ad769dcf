import { dirname, posix } from "node:path";
import { fileErrorCode, writeAtomically } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { explainIgnored, ignoredAmong } from "../adapters/git/ignore.ts";
import { ignoredEntries } from "../adapters/git/ignored-entries.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { lostProblem, lostReports, samplesOf } from "../ignore/lost-reports.ts";
import { type IgnoreFiles, mendIgnores } from "../ignore/mend.ts";
import { withLoneRepository } from "../ignore/trials.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { judgeTree } from "../judgement/judge.ts";
import { type Problem, problem } from "../problem.ts";
import { type WrittenReports, writtenReports } from "../reports/reports-place.ts";

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
  const files = await ignoreFilesOf(repository, tree, suites);
  if (files.unread.length > 0) return files.unread.map(tooLarge);
  if (files.texts.size === 0 || suites.length === 0) return [];
  return withLoneRepository(repository, async (lone) => {
    if (!(await laidOut(lone.directory, files.texts))) return [notLaidOut()];
    const kinds = suites.map((suite) => writtenReports(suite, [], configuration.signing !== null));
    const [missing, probes, ...entries] = await Promise.all([
      missingReports(repository, tree),
      ignoredAmong(
        lone,
        kinds.flatMap(({ paths }) => paths),
      ),
      ...suites.map(({ reports }) => ignoredEntries(repository, tree, reports, lone)),
    ]);
    const asked = [...new Set([...entries.flat(), ...missing, ...probes])];
    const written = kinds.map((one) => ({ ...one, paths: asked.filter(isIn(one.directory)) }));
    const lost = lostReports(written, await explainIgnored(lone, asked));
    if (lost.length === 0) return [];
    const added = await addedLines(lone, files.texts, written, samplesOf(lost));
    return lost.map((one) => lostProblem(one, added));
  });
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

/** Those that git reads on its way to any report. It reads no symbolic links. */
async function ignoreFilesOf(
  repository: Repository,
  tree: TreeId,
  suites: readonly Suite[],
): Promise<FoundFiles> {
  const directories = suites.map(({ reports }) => reports);
  const above = new Set(directories.flatMap(upwards).map((place) => posix.join(place, ".gitignore")));
  const below = directories.map((directory) => `:(top,glob)${escaped(directory)}/**/.gitignore`);
  const entries = await listTree(repository, tree, [...[...above].map(exactly), ...below]);
  const files = entries.filter(({ mode, path }) => mode.startsWith("100") && IGNORE_FILE.test(path));
  const blobs = await readSmallBlobs(
    repository,
    files.map(({ id }) => id),
    LARGEST,
  );
  const found = files.map(({ path }, index) => [path, blobs[index] ?? null] as const);
  return {
    texts: new Map(found.flatMap(([path, blob]) => (blob === null ? [] : [[path, blob.toString("utf8")]]))),
    unread: found.flatMap(([path, blob]) => (blob === null ? [path] : [])),
  };
}

/** No part of its path leads out of where it lies. */
const IGNORE_FILE = /^(?!"|(?:.*\/)?\.\.?\/)(?:.*\/)?\.gitignore$/;

const upwards = (path: string): readonly string[] =>
  path === "." ? ["."] : [...upwards(dirname(path)), dirname(path)];

const escaped = (path: string) => path.replaceAll(/[*?[\]\\]/g, "\\$&");

function tooLarge(path: string): Problem {
  const message = `${path} is larger than 1 MiB: whether it keeps reports out of commits was not judged.`;
  return problem("ignored-report", message, { path, hint: "Take out what is not needed." });
}

function notLaidOut(): Problem {
  const message =
    "the .gitignore files of this commit cannot lie side by side on a disk, so they were not judged.";
  return problem("ignored-report", message, { hint: "See what git says of it:  git fsck" });
}
