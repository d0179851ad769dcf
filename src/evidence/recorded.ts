import { GitError } from "../adapters/git/command.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { listTree, type TreeEntry } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { type Fingerprint, isFingerprint } from "../fingerprint/fingerprint.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { parseHashFile } from "../reports/hash-file.ts";
import { type Manifest, manifestPath, parseManifest, signaturePath } from "../reports/manifest.ts";
import { err } from "../result.ts";

/** What a tree says about a suite: the record, whole or not. */
export interface Recorded {
  /** What the hash file says; null where it is absent or not in its one form. */
  readonly hash: Fingerprint | null;
  readonly manifest: Manifest | null;
  /** Whether a signature lies beside the manifest. Whether it fits, and whose it is, nobody has asked. */
  readonly signed: boolean;
  /** Why the record cannot be believed; empty where it is whole. */
  readonly problems: readonly Problem[];
}

/** No manifest that gate writes is larger, and git packs a larger one into next to nothing. */
export const LARGEST_RECORD = 64 << 20;

/** Reads the record from the tree alone: hash file, manifest, and the list of the reports. */
export async function readRecorded(repository: Repository, tree: TreeId, suite: Suite): Promise<Recorded> {
  const place = `${tree}:${suite.reports}`;
  const [[hashBlob, manifestBlob], listing] = await Promise.all([
    readBlobsUpTo(
      repository,
      [`${place}/${suite.name}.hash`, `${place}/${manifestPath(suite.name)}`],
      LARGEST_RECORD,
    ),
    listTree(repository, tree, [exactly(suite.reports)]),
  ]);
  if (!hashBlob && !manifestBlob && listing.every(({ path }) => !isRecord(path, suite)))
    return { hash: null, manifest: null, signed: false, problems: [] };
  refuseLostObject(!hashBlob, hashPath(suite), listing);
  refuseLostObject(!manifestBlob, `${suite.reports}/${manifestPath(suite.name)}`, listing);
  const line = hashBlob && hashBlob !== "too-large" ? parseHashFile(hashBlob.bytes) : null;
  const hash =
    line !== null && line.suite === suite.name && isFingerprint(line.fingerprint) ? line.fingerprint : null;
  const signed = listing.some(({ path }) => path === `${suite.reports}/${signaturePath(suite.name)}`);
  const problems: Problem[] = [];
  if (hash === null) problems.push(badHashFile(suite, hashBlob !== null && hashBlob !== undefined));
  const manifest =
    manifestBlob === "too-large"
      ? err("it is larger than 64 MiB")
      : parseManifest(manifestBlob?.bytes ?? Buffer.alloc(0));
  if (!manifest.ok) {
    const path = `${suite.reports}/${manifestPath(suite.name)}`;
    const message = manifestBlob ? `${path}: ${manifest.error}.` : `${path} is missing.`;
    return {
      hash,
      manifest: null,
      signed,
      problems: [...problems, problem("manifest-invalid", message, { path, suite: suite.name })],
    };
  }
  problems.push(
    ...disagreements(manifest.value, hash, suite),
    // a hash file that is missing or malformed has been named already
    ...compareListing(manifest.value, listing, suite).filter(
      ({ path }) => hash !== null || path !== hashPath(suite),
    ),
  );
  return { hash, manifest: manifest.value, signed, problems };
}

function isRecord(path: string, suite: Suite): boolean {
  return path === hashPath(suite) || path === `${suite.reports}/${manifestPath(suite.name)}`;
}

/** A file that the tree lists and git cannot read is not in this clone: it must not pass for one that is not there. */
function refuseLostObject(unread: boolean, path: string, listing: readonly TreeEntry[]): void {
  const entry = unread ? listing.find((one) => one.path === path) : undefined;
  if (entry === undefined || entry.mode === SUBMODULE) return;
  throw new GitError(["cat-file", "--batch"], `found object ${entry.id} missing`, "");
}

const SUBMODULE = "160000";
const REGULAR = "100644";

const hashPath = (suite: Suite) => `${suite.reports}/${suite.name}.hash`;

function badHashFile(suite: Suite, present: boolean): Problem {
  const path = hashPath(suite);
  const message = present
    ? `${path} is not "<64 hex digits>  ${suite.name}" and a newline.`
    : `${path} is missing.`;
  return problem(present ? "tampered-report" : "missing-report", message, { path, suite: suite.name });
}

function disagreements(manifest: Manifest, hash: Fingerprint | null, suite: Suite): Problem[] {
  const path = `${suite.reports}/${manifestPath(suite.name)}`;
  const say = (message: string) => problem("manifest-invalid", message, { path, suite: suite.name });
  return [
    ...(manifest.suite === suite.name ? [] : [say(`${path} is the manifest of suite ${manifest.suite}.`)]),
    ...(hash === null || manifest.fingerprint === hash
      ? []
      : [say(`${path} names another fingerprint than the hash file.`)]),
    ...(manifest.verdict === "passed" && hasFailure(manifest)
      ? [say(`${path} says passed of a run with a test that failed.`)]
      : []),
  ];
}

function hasFailure({ tests }: Manifest): boolean {
  return [...tests.values()].some(({ outcome }) => outcome === "failed" || outcome === "error");
}

/** The manifest's list against what is there: paths, modes and blob ids. */
function compareListing({ reports }: Manifest, listing: readonly TreeEntry[], suite: Suite): Problem[] {
  const problems: Problem[] = [];
  const say = ([code, what]: Disagreement, path: string) => {
    problems.push(problem(code, `${path} ${what}.`, { path, suite: suite.name }));
  };
  const own = new Set([manifestPath(suite.name), signaturePath(suite.name)]);
  const names = listing.map(({ path }) => path.slice(suite.reports.length + 1));
  const present = new Set<string>();
  const doubled = new Set<string>();
  for (const name of names) (present.has(name) ? doubled : present).add(name);
  for (const name of doubled) say(TWICE, `${suite.reports}/${name}`);
  for (const [index, entry] of listing.entries()) {
    const name = names[index] ?? "";
    const wrong = doubled.has(name) ? null : disagreement(entry, reports.get(name), own.has(name));
    if (wrong !== null) say(wrong, entry.path);
  }
  for (const name of reports.keys()) {
    if (!present.has(name)) say(MISSING, `${suite.reports}/${name}`);
  }
  return problems;
}

type Disagreement = readonly ["missing-report" | "tampered-report" | "untracked-report", string];

const MISSING: Disagreement = ["missing-report", "is in the manifest and not in the tree"];
/** git stores a tree with two entries of one name when it is told to; who looks sees the one or the other. */
const TWICE: Disagreement = ["tampered-report", "is in the tree twice"];

function disagreement(
  { mode, id }: TreeEntry,
  recorded: { readonly blob: string } | undefined,
  isOwn: boolean,
): Disagreement | null {
  if (recorded === undefined && !isOwn) return ["untracked-report", "is not in the manifest"];
  if (recorded !== undefined && recorded.blob !== id)
    return ["tampered-report", "is not what the run recorded"];
  return mode === REGULAR ? null : ["tampered-report", `has mode ${mode}; gate writes ${REGULAR}`];
}
