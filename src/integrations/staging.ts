import type { Worktree } from "../adapters/git/repository.ts";
import { isFileEdit, type PlannedEdit } from "./edits.ts";
import { shellWord } from "./test-suite.ts";

/** gate judges what is staged: its own files too. */
export function staging(worktree: Worktree, edits: readonly PlannedEdit[]): string[] {
  const files = edits
    .filter(isFileEdit)
    .filter(({ place }) => place.root === worktree.topLevel && !place.path.startsWith(".git/"))
    .map(({ place }) => shellWord(place.path));
  return files.length === 0 ? [] : [`git add ${files.join(" ")}`];
}
