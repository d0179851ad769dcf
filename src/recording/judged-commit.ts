import { join } from "node:path";
import { readIfThere, removeTree, writeAtomically } from "../adapters/files/files.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { placesOf } from "../evidence/places.ts";

/** Reports that the pre-commit hook put into the index, and what was there before. */
export interface AttachedReports {
  readonly suite: string;
  readonly reports: string;
  readonly before: readonly IndexEntry[];
}

/** What pre-commit leaves for post-commit: the tree it judged, and what it attached. */
export interface JudgedCommit {
  readonly tree: string;
  readonly attached: readonly AttachedReports[];
}

interface RememberedCommit extends JudgedCommit {
  /** By which the same `git commit` is known again; null of a merge, which has no such thing. */
  readonly authored: string | null;
}

/**
 * One that was given up in the editor leaves what was judged behind, and a cherry-pick or `--no-verify` calls
 * post-commit alone. `git commit` tells all its hooks when the commit was authored.
 */
export function authoredIn({ environment }: Repository): string | null {
  return environment.GIT_AUTHOR_DATE ?? null;
}

/**
 * The first line is for hooks/post-commit, which asks no more when HEAD has this tree. It is empty where an
 * index besides the commit's own may have to be settled: after `git commit -- path`.
 */
export async function rememberJudged(repository: Repository, commit: JudgedCommit): Promise<void> {
  const judged: RememberedCommit = { ...commit, authored: authoredIn(repository) };
  const oneIndex = ["index", "index.lock"].some(
    (name) => repository.indexFile === join(repository.gitDirectory, name),
  );
  const lines = [oneIndex ? judged.tree : "", JSON.stringify(judged)];
  await writeAtomically(placesOf(repository).judged, lines.join("\n"));
}

/** So that the hooks after a merge or a rewrite do not say once more what this one has said. */
export async function rememberSaid(repository: Repository, tree: string): Promise<void> {
  await writeAtomically(placesOf(repository).said, `${tree}\n`);
}

export async function forgetJudged(repository: Repository): Promise<void> {
  await removeTree(placesOf(repository).judged);
}

export async function recallJudged(repository: Repository): Promise<RememberedCommit | null> {
  const bytes = await readIfThere(placesOf(repository).judged);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8", bytes.indexOf("\n") + 1));
    return isJudgedCommit(value) ? value : null;
  } catch {
    return null;
  }
}

function isJudgedCommit(value: unknown): value is RememberedCommit {
  return (
    typeof value === "object" &&
    value !== null &&
    "tree" in value &&
    typeof value.tree === "string" &&
    "attached" in value &&
    Array.isArray(value.attached) &&
    "authored" in value &&
    (value.authored === null || typeof value.authored === "string")
  );
}
