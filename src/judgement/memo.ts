import { join } from "node:path";
import { fileErrorCode, readIfUsable, stateOfFile, writeAtomically } from "../adapters/files/files.ts";
import { withPartsOf } from "../adapters/files/parts.ts";
import { objectIdLength, type TreeId, treeId } from "../adapters/git/ids.ts";
import { standingInIndex } from "../adapters/git/index-file.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { placesOf } from "../evidence/places.ts";
import { type Fingerprint, isFingerprint } from "../fingerprint/ids.ts";
import type { Problem } from "../problem.ts";
import type { RecordedFacts } from "../reports/recorded-facts.ts";

/**
 * What gate remembers of a tree it found fresh, so that the shim, and `gate status`, can answer by one
 * `git diff-index`. Lines: format, tree, until when it holds (`-`: for ever), then one pathspec a line:
 * whatever matters to any suite. Excludes are left out, for in one call they would hide other suites' changes.
 * hooks/memo reads the same file.
 */
const MEMO_FORMAT = "gate-memo 1";

interface MemoSuite {
  readonly name: string;
  readonly fingerprint: Fingerprint;
  readonly files: number;
  readonly recorded: RecordedFacts | null;
}

/** What `gate status` says while the memo holds. */
export interface MemoDetails {
  readonly tree: TreeId;
  readonly suites: readonly MemoSuite[];
  /** null: nobody has looked yet. */
  readonly looked: Looked | null;
}

/** What is told of a fresh tree besides. */
export interface Looked {
  readonly warnings: readonly Problem[];
  /** By which gate.yaml on disk is known again: it was the one that is judged. */
  readonly configuration: string;
}

/** `memo.json`. It names the pathspecs too, so that a memo that was cut off is told from a whole one. */
export interface DetailsFile extends MemoDetails {
  readonly pathspecs: readonly string[];
  /** What the tree has at the paths at or below which lies whatever the pathspecs match, as `<mode> <id>`. */
  readonly standing: Readonly<Record<string, string | null>>;
}

/** A memo that cannot be written (a read-only or full disk) costs time, not correctness. */
export async function writeIfPossible(path: string, text: string): Promise<void> {
  try {
    await writeAtomically(path, text);
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
  }
}

/** The details of the memo if the index still agrees with it; null on any doubt. */
export async function recallMemo(repository: Repository): Promise<MemoDetails | null> {
  const places = placesOf(repository);
  const [memo, json] = await Promise.all([readIfUsable(places.memo), readIfUsable(`${places.memo}.json`)]);
  if (memo === null || json === null) return null;
  const details = parseDetails(json);
  if (details === null || memo.toString("utf8") !== memoText(details)) return null;
  return (await stillAgrees(repository, details)) ? details : null;
}

/** A tree that was found fresh with this very evidence; null where the memo knows none. */
export async function rememberedTree(
  repository: Repository,
  suite: string,
  fingerprint: Fingerprint,
): Promise<TreeId | null> {
  const json = await readIfUsable(`${placesOf(repository).memo}.json`);
  const details = json === null ? null : parseDetails(json);
  const covered = details?.suites.some((one) => one.name === suite && one.fingerprint === fingerprint);
  return details !== null && covered ? details.tree : null;
}

/** To read a large index takes git as long as Node takes to start: it is asked where its file does not tell already. */
async function stillAgrees(repository: Repository, details: DetailsFile): Promise<boolean> {
  const { tree, pathspecs } = details;
  const { memoIndex } = placesOf(repository);
  const index = usualIndex(repository);
  const found = index === null ? null : stateOfFile(index);
  const seen = found === null ? null : `${tree} ${found.state}`;
  if (seen !== null && (await readIfUsable(memoIndex))?.toString("utf8") === seen) return true;
  if (index === null || !standsAsBefore(repository, index, details)) {
    const { indexAgrees } = await import("../adapters/git/index.ts");
    if (!indexAgrees(repository, tree, pathspecs)) return false;
  }
  if (seen !== null && found?.settled) await writeIfPossible(memoIndex, seen);
  return true;
}

/** null where git was told to use another. */
function usualIndex({ environment, gitDirectory }: Repository): string | null {
  return environment.GIT_INDEX_FILE === undefined ? join(gitDirectory, "index") : null;
}

/** False says nothing. */
function standsAsBefore({ objectFormat }: Repository, index: string, { standing }: DetailsFile): boolean {
  const paths = Object.keys(standing);
  try {
    const idBytes = objectIdLength(objectFormat) / 2;
    const now = withPartsOf(index, (file) => standingInIndex(file, idBytes, paths));
    return paths.every((path) => standing[path] !== null && standing[path] === now.get(path));
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return false;
  }
}

export function memoText({ tree, pathspecs }: DetailsFile): string {
  return [MEMO_FORMAT, tree, "-", ...pathspecs, ""].join("\n");
}

function parseDetails(json: Buffer): DetailsFile | null {
  try {
    const value: unknown = JSON.parse(json.toString("utf8"));
    return isDetails(value) ? { ...value, tree: treeId(value.tree) } : null;
  } catch {
    return null;
  }
}

function isDetails(value: unknown): value is DetailsFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "tree" in value &&
    typeof value.tree === "string" &&
    "pathspecs" in value &&
    Array.isArray(value.pathspecs) &&
    value.pathspecs.length > 0 &&
    value.pathspecs.every((one) => typeof one === "string") &&
    "standing" in value &&
    isStanding(value.standing) &&
    "looked" in value &&
    (value.looked === null || hasLooked(value.looked)) &&
    "suites" in value &&
    Array.isArray(value.suites) &&
    value.suites.every(isMemoSuite)
  );
}

function isStanding(value: unknown): value is DetailsFile["standing"] {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((one) => one === null || typeof one === "string")
  );
}

function hasLooked(value: unknown): value is Looked {
  return (
    typeof value === "object" &&
    value !== null &&
    "warnings" in value &&
    Array.isArray(value.warnings) &&
    "configuration" in value &&
    typeof value.configuration === "string"
  );
}

function isMemoSuite(value: unknown): value is MemoSuite {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "fingerprint" in value &&
    typeof value.fingerprint === "string" &&
    isFingerprint(value.fingerprint) &&
    "files" in value &&
    typeof value.files === "number" &&
    "recorded" in value
  );
}
