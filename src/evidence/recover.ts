import { join } from "node:path";
import { kindOf, removeTemporaries } from "../adapters/files/files.ts";
import { type IndexEntry, refreshStats, stagedEntries } from "../adapters/git/index.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { blobIdsOfFiles } from "../adapters/git/store.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { putInPlace, reportsOf } from "./attach.ts";
import { reportsNow } from "./edited-reports.ts";
import { closeJournal, type JournalEntry, readJournal } from "./journal.ts";

export type Recovery = { readonly kind: "finished" | "undone"; readonly suite: string };

/** The reports as they were, as they were to be, and as they are in the index now. */
interface States {
  readonly before: readonly IndexEntry[];
  readonly evidence: readonly IndexEntry[];
  readonly staged: readonly IndexEntry[];
}

/**
 * Ends an attachment that was cut off: forward where the index still has the inputs that the evidence is
 * of, back otherwise. What is neither an old nor a new report is a person's and stays.
 */
export async function recoverAttachment(
  worktree: Worktree,
  stillCovers: (entry: JournalEntry) => Promise<boolean>,
): Promise<Recovery | null> {
  const entry = await readJournal(worktree);
  // A journal that cannot be read says nothing of what to do.
  const recovery = entry === null ? null : await recover(worktree, entry, stillCovers);
  await closeJournal(worktree);
  return recovery;
}

async function recover(
  worktree: Worktree,
  entry: JournalEntry,
  stillCovers: (entry: JournalEntry) => Promise<boolean>,
): Promise<Recovery> {
  await removeTemporaries(join(worktree.topLevel, entry.reports));
  const evidence = await reportsOf(worktree, entry);
  const forward = evidence !== null && (await stillCovers(entry));
  const states: States = {
    before: entry.before,
    evidence: evidence ?? [],
    staged: await stagedEntries(worktree, [exactly(entry.reports)]),
  };
  const target = forward ? states.evidence : wayBack(states);
  const foreign = await peoplesFiles(worktree, entry.reports, states);
  const ours = ({ path }: IndexEntry) => !foreign.has(path);
  const kept = new Set(target.map(({ path }) => path));
  const leftovers = [...states.before, ...states.evidence].filter(ours).map(({ path }) => path);
  await putInPlace(
    worktree,
    { ...entry, evidence: forward ? entry.evidence : null },
    target.filter(ours),
    states.staged.filter(ours),
    {
      onDisk: (await reportsNow(worktree, entry)).differences,
      leftovers: leftovers.filter((path) => !kept.has(path)),
    },
  );
  await refreshStats(worktree, [exactly(entry.reports)]);
  return { kind: forward ? "finished" : "undone", suite: entry.suite };
}

/** The reports that were staged before; where others are staged by now (another branch), those. */
function wayBack({ before, evidence, staged }: States): readonly IndexEntry[] {
  const text = ({ mode, id, stage, path }: IndexEntry) => `${mode} ${id} ${stage} ${path}`;
  const known = new Set([...before, ...evidence].map(text));
  const present = new Set(staged.map(({ path }) => path));
  const old = new Set(before.map(({ path }) => path));
  const inBoth = evidence.filter(({ path }) => old.has(path));
  const untouched =
    staged.every((one) => known.has(text(one))) && inBoth.every(({ path }) => present.has(path));
  return (untouched ? before : staged).filter(({ stage }) => stage === 0);
}

/** Paths of reports at which something lies that gate never wrote. */
async function peoplesFiles(
  worktree: Worktree,
  reports: string,
  { before, evidence, staged }: States,
): Promise<ReadonlySet<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { path, id } of [...before, ...evidence, ...staged]) {
    ids.set(path, (ids.get(path) ?? new Set()).add(id));
  }
  const foreign = new Set<string>();
  const files: string[] = [];
  for (const path of ids.keys()) {
    const kind = await kindOf(placeBelow(worktree.topLevel, path));
    if (kind === "file") files.push(path);
    else if (kind !== "absent" || (await isBlocked(worktree, reports, path))) foreign.add(path);
  }
  const found = await blobIdsOfFiles(
    worktree,
    files.map((path) => placeBelow(worktree.topLevel, path)),
  );
  for (const [index, path] of files.entries()) {
    if (!ids.get(path)?.has(found[index] ?? "")) foreign.add(path);
  }
  return foreign;
}

/** Whether something that is no directory lies on the way from the reports directory to the file. */
async function isBlocked(worktree: Worktree, reports: string, path: string): Promise<boolean> {
  const segments = path
    .slice(reports.length + 1)
    .split("/")
    .slice(0, -1);
  for (let depth = 0; depth <= segments.length; depth += 1) {
    const kind = await kindOf(join(worktree.topLevel, reports, ...segments.slice(0, depth)));
    if (kind !== "directory" && kind !== "absent") return true;
  }
  return false;
}
