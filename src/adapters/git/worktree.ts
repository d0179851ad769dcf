import { join } from "node:path";
import { kindOf } from "../files/files.ts";
import { git } from "./command.ts";
import { SUBMODULE } from "./ids.ts";
import { type IndexEntry, parseIndexLine } from "./index.ts";
import { latin1Lines, pathText, pathTextOfLatin1, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** One way in which the files on disk are not what the index holds. */
export interface WorktreeDifference {
  readonly path: string;
  readonly kind:
    | "unstaged"
    /** The staged one is not that of HEAD either. */
    | "partly-staged"
    /** `git add -N`: a name without a content. */
    | "announced"
    | "missing"
    | "untracked"
    | "ignored"
    | "submodule"
    | "submodule-absent"
    | "assume-unchanged"
    | "skip-worktree";
}

interface WorktreeDifferences {
  readonly differences: readonly WorktreeDifference[];
  /** Reads them anew: of tens of thousands of files that takes longer than everything else that gate does here. */
  readonly trackedPaths: () => ReadonlySet<string>;
}

/**
 * Compares the working tree with the index git is using, where the pathspecs match. Contents count, not
 * times. `git status` is silent on entries that are told not to be looked at, so these are asked for apart.
 */
export async function worktreeDifferences(
  repository: Repository,
  pathspecs: readonly string[],
): Promise<WorktreeDifferences> {
  const [tracked, listing] = await Promise.all([
    trackedDifferences(repository, pathspecs),
    listFiles(repository, pathspecs),
  ]);
  const unusual = unusualLines(listing);
  const marked = unusual.filter((line) => !isUntracked(line)).map(markedEntry);
  const untracked = unusual.filter(isUntracked).map((line) => pathTextOfLatin1(line.slice(2)));
  const differences = [
    ...tracked,
    ...(await visibleOrIgnored(repository, untracked, pathspecs)),
    ...marked.flatMap(markDifference),
    ...(await absentSubmodules(repository, marked)),
  ];
  return { differences, trackedPaths: () => new Set(stagedIn(listing).map(({ path }) => path)) };
}

/** Against settings by which git would believe another program, or a part of the times, and not look at a file. */
export const LOOKING = [
  ...["-c", "core.fsmonitor=false"],
  ...["-c", "core.trustctime=true"],
  ...["-c", "core.checkStat=default"],
];

/** Tracked files that were changed or deleted; marks on entries do not count. */
export async function trackedDifferences(
  repository: Repository,
  pathspecs: readonly string[],
): Promise<readonly WorktreeDifference[]> {
  const flags = ["--untracked-files=no", "--ignore-submodules=none", "--no-renames"];
  const args = [...LOOKING, "status", "--porcelain=v2", "-z", ...flags, "--", ...pathspecs];
  return splitNul(await git(repository, args)).flatMap(statusLine);
}

function statusLine(line: Buffer): WorktreeDifference[] {
  const type = String.fromCharCode(line[0] ?? 0);
  if (type !== "1" && type !== "u") return [];
  const path = pathText(line.subarray(afterFields(line, type === "1" ? 8 : 10)));
  const [, changes = "", submodule = ""] = line.toString("latin1").split(" ");
  const isStaged = type === "u" || changes[0] !== ".";
  const isDirtySubmodule = submodule.startsWith("S") && submodule !== "S...";
  if (isDirtySubmodule) return [{ path, kind: "submodule" }];
  const inWorktree = changes[1] ?? ".";
  if (inWorktree === ".") return [];
  if (inWorktree === "A") return [{ path, kind: "announced" }];
  const kind = inWorktree === "D" ? "missing" : isStaged ? "partly-staged" : "unstaged";
  return [{ path, kind }];
}

interface MarkedEntry {
  /** The letter that `git ls-files -v` has for it. */
  readonly mark: string;
  readonly entry: IndexEntry;
}

/**
 * All in one process: a letter, a space and what `ls-files -s` has of each entry, in Latin-1. `git status --ignored`
 * would go through every ignored directory of the repository.
 */
async function listFiles(repository: Repository, pathspecs: readonly string[]): Promise<string> {
  const args = ["ls-files", "--cached", "--others", "-v", "-s", "-z", "--", ...pathspecs];
  return (await git(repository, args)).toString("latin1");
}

/** The lines of all but plain files that are tracked and bear no mark, which most are. */
function unusualLines(listing: string): string[] {
  const lines: string[] = [];
  for (let start = 0, end = 0; start < listing.length; start = end + 1) {
    end = listing.indexOf("\0", start);
    if (end === -1) throw new Error("ls-files output breaks off");
    if (!listing.startsWith(USUAL, start)) lines.push(listing.slice(start, end));
  }
  return lines;
}

const USUAL = "H 100";
const isUntracked = (line: string) => line.startsWith("? ");

function stagedIn(listing: string): readonly IndexEntry[] {
  return latin1Lines(listing)
    .filter((line) => !isUntracked(line))
    .map((line) => markedEntry(line).entry);
}

function markedEntry(line: string): MarkedEntry {
  return { mark: line.charAt(0), entry: parseIndexLine(line.slice(2)) };
}

async function visibleOrIgnored(
  repository: Repository,
  untracked: readonly string[],
  pathspecs: readonly string[],
): Promise<WorktreeDifference[]> {
  if (untracked.length === 0) return [];
  const visible = new Set(await untrackedFiles(repository, { ignored: false, pathspecs }));
  return untracked.map((path) => ({ path, kind: visible.has(path) ? "untracked" : "ignored" }));
}

/** `git status` finds nothing wrong with a submodule that was never checked out. */
async function absentSubmodules(
  repository: Repository,
  entries: readonly MarkedEntry[],
): Promise<WorktreeDifference[]> {
  const paths = entries.filter(({ entry }) => entry.mode === SUBMODULE).map(({ entry }) => entry.path);
  const kinds = await Promise.all(paths.map((path) => kindOf(join(repository.directory, path, ".git"))));
  return paths
    .filter((_, index) => kinds[index] === "absent")
    .map((path) => ({ path, kind: "submodule-absent" }));
}

function afterFields(line: Buffer, count: number): number {
  let at = 0;
  for (let field = 0; field < count; field += 1) at = line.indexOf(0x20, at) + 1;
  return at;
}

export function markDifference({ mark, entry: { path } }: MarkedEntry): WorktreeDifference[] {
  if (mark === "S" || mark === "s") return [{ path, kind: "skip-worktree" }];
  if (mark !== "?" && mark === mark.toLowerCase()) return [{ path, kind: "assume-unchanged" }];
  return [];
}

interface WhichUntracked {
  /** Those that a rule hides as well. */
  readonly ignored: boolean;
  readonly pathspecs?: readonly string[];
}

/** Tracked files that are not on disk, but for those that a sparse checkout leaves out. */
export async function deletedFiles(repository: Repository): Promise<string[]> {
  return splitNul(await git(repository, ["ls-files", "--deleted", "-z"])).map(pathText);
}

/** Untracked files by path; a repository inside this one as its directory. */
export async function untrackedFiles(
  repository: Repository,
  { ignored, pathspecs = [] }: WhichUntracked,
): Promise<string[]> {
  const rules = ignored ? [] : ["--exclude-standard"];
  const args = ["ls-files", "--others", "-z", ...rules, "--", ...pathspecs];
  return splitNul(await git(repository, args)).map(pathText);
}
