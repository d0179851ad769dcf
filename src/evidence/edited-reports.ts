import { join } from "node:path";
import { type FileKind, holdsFiles, kindOf } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { blobIdsOfFiles } from "../adapters/git/store.ts";
import { type WorktreeState, worktreeState } from "../adapters/git/worktree-state.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { shellWord } from "../shell-word.ts";
import { agreeingOnDisk } from "./agreeing-reports.ts";
import type { Attachment } from "./attachment.ts";
import { wholeEvidence } from "./store.ts";

export interface PlannedAttachment {
  readonly attachment: Pick<Attachment, "suite" | "reports">;
  readonly wanted: readonly IndexEntry[];
  readonly now: WorktreeState;
  readonly lastAttached: TreeId | null;
}

/** The reports that are staged, and in which ways those on disk are others. */
export function reportsNow(
  worktree: Worktree,
  { reports }: Pick<Attachment, "reports">,
): Promise<WorktreeState> {
  return worktreeState(worktree, [exactly(reports)]);
}

/**
 * What lies where reports go and is neither what is staged nor what gate itself wrote: a person's work.
 * That is an edited report, a file under a name that is about to be written, and what is in the way of it: a
 * file where a directory has to be, or the other way round.
 */
export async function editedReports(worktree: Worktree, planned: PlannedAttachment): Promise<Problem[]> {
  const { attachment, wanted, now, lastAttached } = planned;
  const { suspects, inTheWay } = suspicious(now, wanted);
  const kinds = await Promise.all(suspects.map((path) => kindOf(placeBelow(worktree.topLevel, path))));
  const kind = (wanted: FileKind) => suspects.filter((_, index) => kinds[index] === wanted);
  const files = kind("file");
  const directories = await directoriesInUse(worktree, kind("directory"));
  const ids = await blobIdsOfFiles(
    worktree,
    files.map((path) => placeBelow(worktree.topLevel, path)),
  );
  const target = new Map(wanted.map(({ path, id }) => [path, id]));
  const ours = files.length === 0 ? new Set() : await keysBelow(worktree, lastAttached, attachment.reports);
  const unlike = files
    .map((path, index) => ({ path, id: ids[index] ?? "" }))
    .filter((file) => file.id !== target.get(file.path) && !ours.has(keyOf(file)));
  const recorded = unlike.length === 0 ? [] : await agreeingOnDisk(worktree, attachment, unlike, now.staged);
  const edited = unlike.filter((file) => !recorded.includes(file)).map(({ path }) => path);
  const tracked = new Set(now.staged.map(({ path }) => path));
  const others = inTheWay.filter(
    (path) => !foldersAbove(path).some((folder) => directories.includes(folder)),
  );
  return [
    ...(await strangersAmong(worktree, planned)),
    ...[...edited, ...kind("symlink"), ...kind("other"), ...others].map((path) =>
      tracked.has(path) ? editedReport(path, attachment.suite) : foreignFile(path, attachment.suite),
    ),
    ...directories.map((path) => foreignFile(path, attachment.suite)),
  ];
}

/** One in place of a report that holds nothing is nobody's work. */
async function directoriesInUse(worktree: Worktree, paths: readonly string[]): Promise<readonly string[]> {
  const used = await Promise.all(paths.map((path) => holdsFiles(join(worktree.topLevel, path))));
  return paths.filter((_, index) => used[index]);
}

/**
 * Files that are tracked where reports go for the first time, as with `reports: docs`: whatever is no report goes
 * with the next ones, and nobody has said that it may.
 */
async function strangersAmong(
  worktree: Worktree,
  { attachment: { suite, reports }, wanted, now, lastAttached }: PlannedAttachment,
): Promise<readonly Problem[]> {
  const nameOf = ({ path }: IndexEntry) => path.slice(reports.length + 1);
  if (now.staged.some((entry) => OF_REPORTS.test(nameOf(entry)))) return [];
  const kept = new Set(wanted.map(({ path }) => path));
  const others = now.staged.filter((entry) => !kept.has(entry.path) && !PLACEHOLDER.test(nameOf(entry)));
  if (others.length === 0) return [];
  const ours = await keysBelow(worktree, lastAttached, reports);
  const [first, ...more] = others.filter((entry) => !ours.has(keyOf(entry)));
  return first === undefined ? [] : [stranger(first.path, more.length, { suite, reports })];
}

/** What tells a directory of reports from another one. Of any suite: one that was renamed leaves its own. */
const OF_REPORTS = /^(?:[^/]+\.hash|logs\/[^/]+\/metadata\.json)$/;
const PLACEHOLDER = /^\.(?:git)?keep$/;

function stranger(
  path: string,
  more: number,
  { suite, reports }: Pick<Attachment, "suite" | "reports">,
): Problem {
  const who = more === 0 ? `${path} is no report` : `${path} and ${more} more are no reports`;
  return problem("reports-edited", `${who}, and ${reports} is for reports alone.`, {
    path,
    suite,
    hint: "Name another directory in gate.yaml (reports:), or move what lies there:  git mv",
  });
}

function editedReport(path: string, suite: string): Problem {
  return problem(
    "reports-edited",
    `${path} has unstaged edits of yours, which new reports would overwrite.`,
    {
      path,
      suite,
      hint: `Keep them elsewhere or drop them:  git checkout -- ${shellWord(path)}`,
    },
  );
}

function foreignFile(path: string, suite: string): Problem {
  return problem("reports-edited", `${path} is yours and lies where new reports go.`, {
    path,
    suite,
    hint: "Move it out of the reports directory.",
  });
}

/** Paths where something else than the staged report lies, and paths that hinder a report from being written. */
function suspicious(
  { staged, differences }: WorktreeState,
  wanted: readonly IndexEntry[],
): { readonly suspects: readonly string[]; readonly inTheWay: readonly string[] } {
  const unmerged = new Set(staged.filter(({ stage }) => stage !== 0).map(({ path }) => path));
  const written = new Set([...wanted, ...staged].map(({ path }) => path));
  const folders = new Set(wanted.flatMap(({ path }) => foldersAbove(path)));
  const suspects = new Set<string>();
  const inTheWay: string[] = [];
  for (const { kind, path: shown } of differences) {
    const path = shown.replace(/\/$/, "");
    const isNew = kind === "untracked";
    if (unmerged.has(path)) continue;
    if (kind === "unstaged" || (isNew && written.has(path))) suspects.add(path);
    else if (isNew && (folders.has(path) || foldersAbove(path).some((folder) => written.has(folder)))) {
      inTheWay.push(path);
    }
  }
  return { suspects: [...suspects], inTheWay };
}

function foldersAbove(path: string): string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** Path and content of a report. */
export function keyOf({ path, id }: { readonly path: string; readonly id: string }): string {
  return `${id} ${path}`;
}

/** Of the reports that evidence puts below a directory. */
export async function keysBelow(
  worktree: Worktree,
  evidence: TreeId | null,
  reports: string,
): Promise<ReadonlySet<string>> {
  const entries = evidence === null ? null : await wholeEvidence(worktree, evidence);
  return new Set(entries?.map(({ path, id }) => keyOf({ path: `${reports}/${path}`, id })));
}
