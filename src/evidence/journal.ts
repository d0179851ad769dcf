import { kindOf, readIfThere, removeTree, writeAtomically } from "../adapters/files/files.ts";
import { treeId } from "../adapters/git/ids.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { isFingerprint } from "../fingerprint/ids.ts";
import type { Attachment } from "./attachment.ts";
import { placesOf } from "./places.ts";

/** What is being attached, and what the index held before: enough to finish or to undo it. */
export interface JournalEntry extends Attachment {
  readonly before: readonly IndexEntry[];
}

export async function openJournal(worktree: Worktree, entry: JournalEntry): Promise<void> {
  await writeAtomically(placesOf(worktree).journal, JSON.stringify(entry));
}

export async function closeJournal(worktree: Worktree): Promise<void> {
  await removeTree(placesOf(worktree).journal);
}

/** null where there is none, and where it cannot be read: then nothing is known to finish or to undo. */
export async function readJournal(worktree: Worktree): Promise<JournalEntry | null> {
  const bytes = await readIfThere(placesOf(worktree).journal);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isJournalEntry(value) ? { ...value, evidence: treeId(value.evidence) } : null;
  } catch {
    return null;
  }
}

function isJournalEntry(value: unknown): value is JournalEntry {
  return (
    typeof value === "object" &&
    value !== null &&
    "suite" in value &&
    typeof value.suite === "string" &&
    "reports" in value &&
    typeof value.reports === "string" &&
    "evidence" in value &&
    typeof value.evidence === "string" &&
    "fingerprint" in value &&
    typeof value.fingerprint === "string" &&
    isFingerprint(value.fingerprint) &&
    "before" in value &&
    Array.isArray(value.before)
  );
}

/** Whether an attachment was cut off and waits to be finished or undone. */
export async function hasJournal(worktree: Worktree): Promise<boolean> {
  return (await kindOf(placesOf(worktree).journal)) === "file";
}
