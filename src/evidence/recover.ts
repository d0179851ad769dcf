import { join } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import { type IndexEntry, stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { blobIdsOfFiles, treeIsComplete } from "../adapters/git/store.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { putInPlace, reportsOf } from "./attach.ts";
import { closeJournal, type JournalEntry, readJournal } from "./journal.ts";

export type Recovery = { readonly kind: "finished" | "undone"; readonly suite: string };

/**
 * Ends an attachment that was cut off: forward where the index still has the inputs that the evidence is
 * of, back otherwise. Files that are neither the old nor the new report are a person's and stay.
 */
export async function recoverAttachment(
  worktree: Worktree,
  stillCovers: (entry: JournalEntry) => Promise<boolean>,
): Promise<Recovery | null> {
  const entry = await readJournal(worktree);
  if (entry === null) return null;
  const forward = (await treeIsComplete(worktree, entry.evidence)) && (await stillCovers(entry));
  const evidence = await reportsOf(worktree, entry);
  const merged = entry.before.filter(({ stage }) => stage === 0);
  const target = forward ? evidence : merged;
  const foreign = await peoplesFiles(worktree, target, [...evidence, ...entry.before]);
  const ours = ({ path }: IndexEntry) => !foreign.has(path);
  const staged = await stagedEntries(worktree, [exactly(entry.reports)]);
  const now = forward ? entry.evidence : null;
  await putInPlace(worktree, { ...entry, evidence: now }, target.filter(ours), staged.filter(ours));
  await closeJournal(worktree);
  return { kind: forward ? "finished" : "undone", suite: entry.suite };
}

async function peoplesFiles(
  worktree: Worktree,
  target: readonly IndexEntry[],
  known: readonly IndexEntry[],
): Promise<ReadonlySet<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { path, id } of known) ids.set(path, (ids.get(path) ?? new Set()).add(id));
  const files: string[] = [];
  for (const { path } of target) {
    if ((await kindOf(join(worktree.topLevel, path))) === "file") files.push(path);
  }
  const found = await blobIdsOfFiles(
    worktree,
    files.map((path) => join(worktree.topLevel, path)),
  );
  return new Set(files.filter((path, index) => !ids.get(path)?.has(found[index] ?? "")));
}
