import { readIfThere, writeAtomically } from "../adapters/files/files.ts";
import { type TreeId, treeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { placesOf } from "./places.ts";

/** Which evidence gate last wrote to this working tree, by suite: files that equal it are no user's edit. */
export type AttachedEvidence = ReadonlyMap<string, TreeId>;

export async function readAttached(repository: Repository): Promise<AttachedEvidence> {
  const bytes = await readIfThere(placesOf(repository).attached);
  if (bytes === null) return new Map();
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value !== "object" || value === null) return new Map();
    return new Map(Object.entries(value).map(([suite, tree]) => [suite, treeId(String(tree))]));
  } catch {
    // Half a memory is none: at worst a report is taken for a user's edit, and said to be.
    return new Map();
  }
}

export async function lastAttachedTo(repository: Repository, suite: string): Promise<TreeId | null> {
  return (await readAttached(repository)).get(suite) ?? null;
}

export async function writeAttached(repository: Repository, attached: AttachedEvidence): Promise<void> {
  await writeAtomically(placesOf(repository).attached, `${JSON.stringify(Object.fromEntries(attached))}\n`);
}
