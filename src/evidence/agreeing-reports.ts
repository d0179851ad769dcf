import { presentBlobs } from "../adapters/git/blob-files.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { manifestPath, parseManifest, signaturePath } from "../reports/manifest.ts";
import type { Attachment } from "./attachment.ts";
import { LARGEST_RECORD } from "./recorded.ts";

type Where = Pick<Attachment, "suite" | "reports">;
type Report = Pick<IndexEntry, "path" | "id">;

/**
 * Those of the staged reports that the manifest staged beside them tells of: gate wrote them all at once, whichever
 * commit they have come from since (`reset --soft`, `revert -n`).
 */
export function agreeingInIndex(
  worktree: Worktree,
  where: Where,
  staged: readonly IndexEntry[],
): Promise<readonly Report[]> {
  const merged = staged.filter(({ stage }) => stage === 0);
  return agreeing(worktree, where, merged, manifestAmong(where, merged));
}

/** The same of files on disk that are not the staged ones, as after `reset --mixed`; and git has each of them. */
export async function agreeingOnDisk(
  worktree: Worktree,
  where: Where,
  files: readonly Report[],
  staged: readonly IndexEntry[],
): Promise<readonly Report[]> {
  const ids = files.map(({ id }) => id);
  const here = await presentBlobs(worktree, ids);
  const known = files.filter(({ id }) => here.has(id));
  const manifest = manifestAmong(where, files) ?? manifestAmong(where, staged);
  const isLost = manifest !== null && files.includes(manifest) && !here.has(manifest.id);
  return agreeing(worktree, where, known, isLost ? null : manifest);
}

function manifestAmong({ reports, suite }: Where, found: readonly Report[]): Report | null {
  return found.find(({ path }) => path === `${reports}/${manifestPath(suite)}`) ?? null;
}

async function agreeing(
  worktree: Worktree,
  { suite, reports }: Where,
  found: readonly Report[],
  manifest: Report | null,
): Promise<readonly Report[]> {
  const [blob] = manifest === null ? [] : await readBlobsUpTo(worktree, [manifest.id], LARGEST_RECORD);
  if (blob === undefined || blob === null || blob === "too-large") return [];
  const parsed = parseManifest(blob.bytes);
  if (!parsed.ok) return [];
  const own = [manifestPath(suite), `${suite}.hash`, signaturePath(suite)];
  return found.filter(({ path, id }) => {
    const name = path.slice(reports.length + 1);
    return own.includes(name) || parsed.value.reports.get(name)?.blob === id;
  });
}
