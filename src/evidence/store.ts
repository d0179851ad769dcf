import { type TreeId, treeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { listReferences, updateReferences, writeTreeOf } from "../adapters/git/store.ts";
import { listWhole, readBlobs, type TreeEntry } from "../adapters/git/trees.ts";
import { type Fingerprint, isFingerprint } from "../fingerprint/ids.ts";
import { parseManifest } from "../reports/manifest.ts";

/** Evidence in the local store: a tree of reports, named by what it is evidence of. */
interface StoredEvidence {
  readonly suite: string;
  readonly fingerprint: Fingerprint;
  readonly tree: TreeId;
}

const ROOT = "refs/gate/evidence";
const KEPT_PER_SUITE = 50;

/** Names the reports in the store. From here on they exist whole in git, attached or not. */
export async function storeEvidence(
  repository: Repository,
  suite: string,
  fingerprint: Fingerprint,
  reports: readonly { readonly path: string; readonly blob: string }[],
): Promise<TreeId> {
  const tree = await writeTreeOf(repository, reports);
  await updateReferences(repository, [{ name: `${ROOT}/${suite}/${fingerprint}/${tree}`, id: tree }]);
  await forgetOldest(repository, suite, tree);
  return tree;
}

/** The newest evidence of a fingerprint that is whole and that `covers` says yes to; null where the store has none. */
export async function findStored(
  repository: Repository,
  suite: string,
  fingerprint: Fingerprint,
  covers: (evidence: TreeId) => Promise<boolean>,
): Promise<TreeId | null> {
  const found = await newestFirst(
    repository,
    suite,
    await list(repository, `${ROOT}/${suite}/${fingerprint}`),
  );
  for (const { tree } of found) {
    if ((await wholeEvidence(repository, tree)) !== null && (await covers(tree))) return tree;
  }
  return null;
}

/** The reports of evidence, by path from their directory; null where this clone lacks one of them. */
export async function wholeEvidence(
  repository: Repository,
  evidence: TreeId,
): Promise<readonly TreeEntry[] | null> {
  const known = listings.get(repository) ?? new Map<TreeId, readonly TreeEntry[]>();
  listings.set(repository, known);
  const listing = known.get(evidence) ?? (await listWhole(repository, evidence));
  // What is missing may be stored again.
  if (listing !== null) known.set(evidence, listing);
  return listing;
}

const listings = new WeakMap<Repository, Map<TreeId, readonly TreeEntry[]>>();

async function list(repository: Repository, prefix: string): Promise<StoredEvidence[]> {
  return (await listReferences(repository, prefix)).flatMap(({ name, id }) => {
    const [suite, fingerprint, tree, ...rest] = name.slice(ROOT.length + 1).split("/");
    const valid = suite !== undefined && fingerprint !== undefined && rest.length === 0 && tree === id;
    return valid && isFingerprint(fingerprint) ? [{ suite, fingerprint, tree: treeId(id) }] : [];
  });
}

/** Trees have no date of their own; their manifests do. */
async function newestFirst(
  repository: Repository,
  suite: string,
  evidence: readonly StoredEvidence[],
): Promise<StoredEvidence[]> {
  if (evidence.length < 2) return [...evidence];
  const manifests = await readBlobs(
    repository,
    evidence.map(({ tree }) => `${tree}:${suite}.json`),
  );
  const dated = evidence.map((one, index) => {
    const manifest = parseManifest(manifests[index]?.bytes ?? Buffer.alloc(0));
    return { one, ended: manifest.ok ? manifest.value.run.ended : "" };
  });
  dated.sort((left, right) => (left.ended < right.ended ? 1 : left.ended > right.ended ? -1 : 0));
  return dated.map(({ one }) => one);
}

/** Never what was stored just now, however long ago its run was: nothing else names it yet. */
async function forgetOldest(repository: Repository, suite: string, stored: TreeId): Promise<void> {
  const all = await list(repository, `${ROOT}/${suite}`);
  if (all.length <= KEPT_PER_SUITE) return;
  const others = all.filter(({ tree }) => tree !== stored);
  const old = (await newestFirst(repository, suite, others)).slice(KEPT_PER_SUITE - 1);
  await updateReferences(
    repository,
    [],
    old.map(({ fingerprint, tree }) => `${ROOT}/${suite}/${fingerprint}/${tree}`),
  );
}
