import type { Worktree } from "../adapters/git/repository.ts";
import { shellWord } from "../shell-word.ts";
import { isFileEdit, type PlannedEdit } from "./edits.ts";

/** gate judges what is staged: its own files too. `others` are there already, and nobody has staged them. */
export function staging(
  worktree: Worktree,
  edits: readonly PlannedEdit[],
  others: readonly string[] = [],
): string[] {
  const edited = edits
    .filter(isFileEdit)
    .filter(({ place }) => place.root === worktree.topLevel && !place.path.startsWith(".git/"))
    .map(({ place }) => place.path);
  const files = [...others, ...edited].map(shellWord);
  return files.length === 0 ? [] : [`git add ${files.join(" ")}`];
}
