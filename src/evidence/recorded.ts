import { GitError } from "../adapters/git/command.ts";
import { SUBMODULE, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type BlobFound, readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { entriesAt, subtree } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { InputsOfTree } from "../fingerprint/fingerprint.ts";
import { type Fingerprint, isFingerprint } from "../fingerprint/ids.ts";
import { oncePerSuite } from "../fingerprint/once.ts";
import { type Problem, problem } from "../problem.ts";
import { parseHashFile } from "../reports/hash-file.ts";
import { type Manifest, manifestPath, parseManifest, signaturePath } from "../reports/manifest.ts";
import { err, type Result } from "../result.ts";
import { wholeEvidence } from "./store.ts";

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
  const listed = entriesAt(repository, tree, [suite.reports]);
  // Git answers in order: behind a large manifest the listing would wait.
  const begun = subtree(repository, tree, suite.reports);
  // A large manifest is parsed while git lists its reports.
  const files = begun.then(() => readFilesAt(repository, `${tree}:${suite.reports}/`, suite));
  const [listing, found] = await Promise.all([listed, files]);
  return recordedOf(suite, listing, found);
}

/**
 * The same where the record is of these inputs, or may be. One that is of others is not read but for its hash: it is
 * for nothing but to say so.
 */
export async function readRecordOf(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  inputs: Promise<InputsOfTree>,
): Promise<Recorded> {
  const [file = null] = await readBlobsUpTo(repository, [`${tree}:${hashPath(suite)}`], LARGEST_RECORD);
  const hash = hashIn(file, suite);
  if (hash === null || hash === (await inputs).fingerprint) return readRecorded(repository, tree, suite);
  return { hash, manifest: null, signed: false, problems: [] };
}

/** The same of evidence, wherever its reports are to go. It says the same each time. */
export const readEvidence = oncePerSuite(
  async (repository: Repository, evidence: TreeId, suite: Suite): Promise<Recorded> => {
    const [reports, files] = await Promise.all([
      wholeEvidence(repository, evidence),
      readFilesAt(repository, `${evidence}:`, suite),
    ]);
    if (reports === null) throw new GitError(["ls-tree"], `found objects missing in ${evidence}`, "");
    const listing = reports.map((entry) => ({ ...entry, path: `${suite.reports}/${entry.path}` }));
    return recordedOf(suite, listing, files);
  },
);

function recordedOf(
  suite: Suite,
  listing: readonly TreeEntry[],
  { hashFile, manifestFile, manifest }: RecordFiles,
): Recorded {
  if (hashFile === null && manifestFile === null && listing.every(({ path }) => !isRecord(path, suite)))
    return { hash: null, manifest: null, signed: false, problems: [] };
  refuseLostObject(hashFile, hashPath(suite), listing);
  refuseLostObject(manifestFile, `${suite.reports}/${manifestPath(suite.name)}`, listing);
  const hash = hashIn(hashFile, suite);
  const signature = `${suite.reports}/${signaturePath(suite.name)}`;
  const signed = listing.some(({ path }) => path === signature);
  const problems = hash === null ? [badHashFile(suite, hashFile !== null)] : [];
  if (!manifest.ok) {
    const path = `${suite.reports}/${manifestPath(suite.name)}`;
    const message = manifestFile === null ? `${path} is missing.` : `${path}: ${manifest.error}.`;
    return {
      hash,
      manifest: null,
      signed,
      problems: [...problems, problem("manifest-invalid", message, { path, suite: suite.name })],
    };
  }
  const found = [
    ...problems,
    ...disagreements(manifest.value, hash, suite),
    // a hash file that is missing or malformed has been named already
    ...compareListing(manifest.value, listing, suite).filter(
      ({ path }) => hash !== null || path !== hashPath(suite),
    ),
  ];
  return { hash, manifest: manifest.value, signed, problems: found };
}

function hashIn(file: BlobFound, suite: Suite): Fingerprint | null {
  const line = file !== null && file !== "too-large" ? parseHashFile(file.bytes) : null;
  const isOwn = line !== null && line.suite === suite.name;
  return isOwn && isFingerprint(line.fingerprint) ? line.fingerprint : null;
}

interface RecordFiles {
  readonly hashFile: BlobFound;
  readonly manifestFile: BlobFound;
  readonly manifest: Result<Manifest, string>;
}

async function readFilesAt(repository: Repository, place: string, suite: Suite): Promise<RecordFiles> {
  const names = [`${place}${suite.name}.hash`, `${place}${manifestPath(suite.name)}`];
  const [hashFile = null, manifestFile = null] = await readBlobsUpTo(repository, names, LARGEST_RECORD);
  return { hashFile, manifestFile, manifest: parsed(manifestFile) };
}

function parsed(file: BlobFound): Result<Manifest, string> {
  if (file === "too-large") return err("it is larger than 64 MiB");
  return parseManifest(file?.bytes ?? Buffer.alloc(0));
}

function isRecord(path: string, suite: Suite): boolean {
  return path === hashPath(suite) || path === `${suite.reports}/${manifestPath(suite.name)}`;
}

/** A file that the tree lists and git cannot read is not in this clone: it must not pass for one that is not there. */
function refuseLostObject(read: BlobFound, path: string, listing: readonly TreeEntry[]): void {
  const entry = read === null ? listing.find((one) => one.path === path) : undefined;
  if (entry === undefined || entry.mode === SUBMODULE) return;
  throw new GitError(["cat-file", "--batch"], `found object ${entry.id} missing`, "");
}

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
  if (agrees(reports, listing, suite, own)) return [];
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

/** Most records are whole: one look at each report says so. Both lists have the same order. */
function agrees(
  reports: Manifest["reports"],
  listing: readonly TreeEntry[],
  suite: Suite,
  own: ReadonlySet<string>,
): boolean {
  const records = [...own].map((name) => `${suite.reports}/${name}`);
  const others = listing.filter(({ path }) => !records.includes(path));
  const found = listing.filter(({ path }) => records.includes(path));
  const doubled = new Set(found.map(({ path }) => path)).size < found.length;
  if (doubled || others.length !== reports.size) return false;
  const start = suite.reports.length + 1;
  let agreed = listing.every(({ mode }) => mode === REGULAR);
  let at = 0;
  // Without the pairs that a loop would make: of many reports they take longer than what is compared.
  reports.forEach(({ blob }, name) => {
    const { path = "", id } = others[at] ?? {};
    agreed &&= id === blob && path.length === start + name.length && path.endsWith(name);
    at += 1;
  });
  return agreed;
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
