import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { APPROVALS, exceptionFiles, WAIVERS } from "./exception-files.ts";
import { type Weakening, weakening } from "./policy.ts";
import type { PolicyChange } from "./policy-inputs.ts";
import { type SignerChange, unrevokedKeys, widenedSigners } from "./policy-signers.ts";
import { readWaiver, type WaiverRules, waiverSigner } from "./waivers.ts";

const LARGEST_SIGNERS = 1 << 20;

/** What the files of signers let through that the base's did not. */
export async function signerWeakenings(
  repository: Repository,
  { base, head }: PolicyChange,
): Promise<readonly Weakening[]> {
  const [before, after] = [base.configuration.signing, head.configuration.signing];
  if (before === null || after === null) return [];
  const both = (was: string, is: string) =>
    Promise.all([plainFile(repository, base.tree, was), plainFile(repository, head.tree, is)]);
  const signers = both(before.allowedSigners, after.allowedSigners).then(([old, now]) => {
    // Without the file nobody is trusted any more: stricter, if anything.
    if (now === null) return [];
    if (now === "unreadable") return [unreadable("the list of signers", after.allowedSigners)];
    return said(after.allowedSigners, widenedSigners(contentOf(old), now));
  });
  const revoked =
    before.revokedKeys === null || after.revokedKeys === null
      ? []
      : both(before.revokedKeys, after.revokedKeys).then(([old, now]) =>
          now === "unreadable"
            ? [unreadable("the list of revoked keys", after.revokedKeys ?? "")]
            : said(after.revokedKeys ?? "", unrevokedKeys(contentOf(old), contentOf(now))),
        );
  return (await Promise.all([signers, revoked])).flat();
}

type PlainFile = Buffer | null | "unreadable";

/** null: not there. */
async function plainFile(repository: Repository, tree: TreeId, path: string): Promise<PlainFile> {
  const [entry] = await entriesAt(repository, tree, [path]);
  if (entry === undefined) return null;
  if (entry.path !== path || !entry.mode.startsWith("100")) return "unreadable";
  const [content] = await readSmallBlobs(repository, [entry.id], LARGEST_SIGNERS);
  return content ?? "unreadable";
}

function contentOf(file: PlainFile): Buffer {
  return Buffer.isBuffer(file) ? file : Buffer.alloc(0);
}

function unreadable(what: string, path: string): Weakening {
  return weakening(`${what}, ${path}, is no plain file of at most 1 MiB.`, { path });
}

function said(path: string, changes: readonly SignerChange[]): Weakening[] {
  return changes.map(({ message, line }) => weakening(message, { path, line }));
}

/** Waivers that the base does not have, whatever fingerprint they are for: it may come back. */
export async function newWaivers(
  repository: Repository,
  base: TreeId,
  head: TreeId,
  rules: WaiverRules,
): Promise<readonly Weakening[]> {
  const [{ files }, known] = await Promise.all([
    exceptionFiles(repository, head, WAIVERS),
    blobsBelow(repository, base, WAIVERS.folder),
  ]);
  const added = files.filter(({ path, blob }) => known.get(path) !== blob);
  const found = await Promise.all(
    added.map(async (file) => {
      const waiver = readWaiver(file);
      if (!waiver.ok) return [];
      const { suite, until, by, reason } = waiver.value;
      const signer = await waiverSigner(repository, rules, file);
      const allowed = signer.ok && signer.value !== null;
      const unsigned = file.signature === null ? "unsigned" : "whose signature is not accepted";
      const who = signer.ok && signer.value !== null ? `signed by ${signer.value}` : `by ${by}, ${unsigned}`;
      return [
        weakening(`a new waiver for ${suite} until ${until}, ${who}: ${reason}`, {
          suite,
          path: file.path,
          allowed,
        }),
      ];
    }),
  );
  return found.flat();
}

/** Approvals that the base has used: without them in the tree the same change could be made again. */
export async function lostApprovals(
  repository: Repository,
  base: TreeId,
  head: TreeId,
): Promise<Weakening[]> {
  const [before, after] = await Promise.all([
    blobsBelow(repository, base, APPROVALS.folder),
    blobsBelow(repository, head, APPROVALS.folder),
  ]);
  return [...before]
    .filter(([path, blob]) => path.endsWith(".json") && after.get(path) !== blob)
    .map(([path]) =>
      weakening(`the approval ${path} is taken away: what it approved could be done again.`, { path }),
    );
}

export async function blobsBelow(
  repository: Repository,
  tree: TreeId,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const entries = await entriesAt(repository, tree, [`${EXCEPTIONS_DIRECTORY}/${folder}`]);
  return new Map(entries.map(({ path, id }) => [path, id]));
}
