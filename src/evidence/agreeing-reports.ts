import { join } from "node:path";
import { kindOf, readIfThere } from "../adapters/files/files.ts";
import { presentBlobs } from "../adapters/git/blob-files.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import { manifestPath, parseManifest, signaturePath } from "../reports/manifest.ts";
import type { Attachment } from "./attachment.ts";

type Where = Pick<Attachment, "suite" | "reports">;
type Report = Pick<IndexEntry, "path" | "id">;

/**
 * Those of the staged reports that the manifest staged beside them tells of: gate wrote them all at once, whichever
 * commit they have come from since (`reset --soft`, `revert -n`).
 */
export async function agreeingInIndex(
  worktree: Worktree,
  where: Where,
  staged: readonly IndexEntry[],
): Promise<readonly Report[]> {
  const manifest = staged.find(({ path, stage }) => stage === 0 && path === placeOf(where));
  const [blob] = manifest === undefined ? [] : await readBlobs(worktree, [manifest.id]);
  return agreeing(where, blob?.bytes ?? null, staged);
}

/** The same of files on disk, as after `reset --mixed`; and git still has each of them. */
export async function agreeingOnDisk(
  worktree: Worktree,
  where: Where,
  files: readonly Report[],
): Promise<readonly Report[]> {
  const file = join(worktree.topLevel, placeOf(where));
  const bytes = (await kindOf(file)) === "file" ? await readIfThere(file) : null;
  const found = agreeing(where, bytes, files);
  const here = await presentBlobs(
    worktree,
    found.map(({ id }) => id),
  );
  return found.filter(({ id }) => here.has(id));
}

const placeOf = ({ reports, suite }: Where) => `${reports}/${manifestPath(suite)}`;

function agreeing(
  { suite, reports }: Where,
  bytes: Uint8Array | null,
  found: readonly Report[],
): readonly Report[] {
  const manifest = bytes === null ? null : parseManifest(bytes);
  if (manifest === null || !manifest.ok) return [];
  const own = [manifestPath(suite), `${suite}.hash`, signaturePath(suite)];
  const told = manifest.value.reports;
  return found.filter(({ path, id }) => {
    const name = path.slice(reports.length + 1);
    return own.includes(name) || told.get(name)?.blob === id;
  });
}
