import { join } from "node:path";
import { kindOf, makePlainDirectory, removeFile, removeTree } from "../adapters/files/files.ts";
import { writeBlobFiles } from "../adapters/git/blob-files.ts";
import { GitError } from "../adapters/git/command.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { type IndexEntry, indexIsAbsent, updateIndex } from "../adapters/git/index.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { WorktreeDifference } from "../adapters/git/worktree.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { type AttachedEvidence, lastAttachedTo, readAttached, writeAttached } from "./attached.ts";
import type { Attachment } from "./attachment.ts";
import { editedReports, reportsNow } from "./edited-reports.ts";
import { indexesToUpdate } from "./indexes.ts";
import { closeJournal, openJournal } from "./journal.ts";
import { blockedReports, ignoredReports } from "./refusals.ts";
import { replacedWork } from "./staged-work.ts";
import { wholeEvidence } from "./store.ts";

export interface Attached {
  /** Reports whose content in the index changed. */
  readonly changed: number;
  /** What the index held under the reports before. */
  readonly before: readonly IndexEntry[];
  /** Somebody's staged work under the reports that was replaced. */
  readonly warnings: readonly Problem[];
}

/**
 * Puts evidence into the index and the working tree. The index comes first, then the files, under a
 * journal: after a crash `recoverAttachment` finishes or undoes it. Nothing is written where the user
 * has unstaged edits of their own. The caller reads back from the index what was staged, and tells git by
 * `refreshStats`, at leisure, that its files are those on disk.
 */
export async function attachEvidence(
  worktree: Worktree,
  attachment: Attachment,
): Promise<Result<Attached, readonly Problem[]>> {
  const blocked = await blockedReports(worktree, attachment);
  if (blocked.length > 0) return err(blocked);
  const [{ wanted, ignored }, now, lastAttached] = await Promise.all([
    wantedReports(worktree, attachment),
    reportsNow(worktree, attachment),
    lastAttachedTo(worktree, attachment.suite),
  ]);
  const planned = { attachment, wanted, now, lastAttached };
  const [edited, warnings] = await Promise.all([
    editedReports(worktree, planned),
    replacedWork(worktree, planned),
  ]);
  const refusals = [...edited, ...ignored];
  if (hasErrors(refusals)) return err(refusals);
  const before = now.staged;
  if (await indexIsAbsent(worktree)) return err([commitIsGone(attachment.suite)]);
  await openJournal(worktree, { ...attachment, before });
  const changed = await putInPlace(worktree, attachment, wanted, before, { onDisk: now.differences });
  await closeJournal(worktree);
  return ok({ changed, before, warnings });
}

/** Writing to an index that has gone would leave a lock of git's behind that nobody holds. */
function commitIsGone(suite: string): Problem {
  return problem("tree-moved", "the commit ended while gate was at work; nothing was attached.", {
    suite,
    hint: "The evidence is kept. Commit again:  git commit",
  });
}

async function wantedReports(worktree: Worktree, attachment: Attachment) {
  const wanted = await reportsOf(worktree, attachment);
  if (wanted === null) throw new GitError(["ls-tree"], `found objects missing in ${attachment.evidence}`, "");
  const paths = wanted.map(({ path }) => path);
  return { wanted, ignored: await ignoredReports(worktree, paths, attachment.suite) };
}

/** The reports as index entries: paths from the top level, in byte order. null where this clone lacks one. */
export async function reportsOf(
  worktree: Worktree,
  { evidence, reports }: Pick<Attachment, "evidence" | "reports">,
): Promise<readonly IndexEntry[] | null> {
  const entries = await wholeEvidence(worktree, evidence);
  if (entries === null) return null;
  return entries.map(({ mode, id, path }) => ({ mode, id, stage: 0, path: `${reports}/${path}` }));
}

interface FilesInPlace {
  /** In which ways the reports on disk were not what was staged. */
  readonly onDisk: readonly WorktreeDifference[];
  /** Files that no index knows any more. */
  readonly leftovers?: readonly string[];
}

/**
 * Index, then files. Also the way back: `wanted` is then what was there before.
 */
export async function putInPlace(
  worktree: Worktree,
  { suite, reports, evidence }: Pick<Attachment, "suite" | "reports"> & { readonly evidence: TreeId | null },
  wanted: readonly IndexEntry[],
  before: readonly IndexEntry[],
  { onDisk, leftovers = [] }: FilesInPlace,
): Promise<number> {
  const stagedBefore = new Map(before.filter(({ stage }) => stage === 0).map((entry) => [entry.path, entry]));
  const unmerged = new Set(before.filter(({ stage }) => stage !== 0).map(({ path }) => path));
  const differs = wanted.filter(({ path, id, mode }) => {
    const old = stagedBefore.get(path);
    return old === undefined || old.id !== id || old.mode !== mode;
  });
  const kept = new Set(wanted.map(({ path }) => path));
  const gone = [...stagedBefore.keys(), ...unmerged].filter((path) => !kept.has(path));
  for (const file of await indexesToUpdate(worktree)) {
    await updateIndex(worktree, { remove: [...gone, ...unmerged], add: differs }, { file });
  }
  const unlikeStaged = new Set(onDisk.map(({ path }) => path));
  const stale = new Set([...differs.map(({ path }) => path), ...unlikeStaged]);
  const due = wanted.filter(({ path }) => stale.has(path));
  // A file that was staged and is there lies in nobody's way.
  const unknown = due.filter(({ path }) => !stagedBefore.has(path) || unlikeStaged.has(path));
  const stopAt = join(worktree.topLevel, reports);
  for (const path of [...gone, ...leftovers]) await removeFile(placeBelow(worktree.topLevel, path), stopAt);
  await clearTheWay(worktree, unknown);
  await writeBlobFiles(
    worktree,
    due.map(({ id, path }) => ({ id, file: `${worktree.topLevel}/${path}` })),
  );
  await recordAttached(worktree, suite, evidence);
  return differs.length + gone.length;
}

/** A file where a directory has to be, or a directory where a file has to be, is in the way. */
async function clearTheWay(worktree: Worktree, due: readonly IndexEntry[]): Promise<void> {
  const directories = new Set<string>();
  for (const { path } of due) {
    const segments = path.split("/").slice(0, -1);
    segments.forEach((_, index) => {
      directories.add(segments.slice(0, index + 1).join("/"));
    });
  }
  for (const directory of [...directories].sort())
    await makePlainDirectory(join(worktree.topLevel, directory));
  for (const { path } of due) {
    const file = `${worktree.topLevel}/${path}`;
    if (directories.has(path)) throw new Error(`the reports hold ${path} as a file and as a directory`);
    if ((await kindOf(file)) === "directory") await removeTree(file);
  }
}

async function recordAttached(worktree: Worktree, suite: string, evidence: TreeId | null): Promise<void> {
  const attached: AttachedEvidence = new Map(await readAttached(worktree));
  const next = new Map(attached);
  if (evidence === null) next.delete(suite);
  else next.set(suite, evidence);
  await writeAttached(worktree, next);
}
