import { err, ok, type Result } from "../../result.ts";
import { kindOf } from "../files/files.ts";
import { GitError, type GitPlace, git, gitAnswer, gitExitCode } from "./command.ts";
import { emptyTree, type TreeId, treeId } from "./ids.ts";
import { expectQuestions } from "./object-dialogue.ts";
import { latin1Lines, latin1OfPath, pathTextOfLatin1 } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** One line of `git ls-files -s`. Stage 0 is a merged entry. */
export interface IndexEntry {
  readonly mode: string;
  readonly id: string;
  readonly stage: number;
  readonly path: string;
}

/** Another index file to work on; without it the one git is using right now. */
export interface WhichIndex {
  readonly file?: string;
}

const chosen = ({ file }: WhichIndex) =>
  file === undefined ? {} : { environment: { GIT_INDEX_FILE: file } };

/**
 * The tree that a commit of this index would have; an error where entries are unmerged, or where another
 * git holds the index's lock. Git would make a file of an index that is not there: when a commit has died
 * under its hook, that would be the lock which it has just given up.
 */
export async function writeTree(
  repository: Repository,
  which: WhichIndex = {},
): Promise<Result<TreeId, "unmerged" | "locked">> {
  if (await indexIsAbsent(repository, which)) return ok(emptyTree(repository.objectFormat));
  const written = gitAnswer(repository, ["write-tree"], { ...chosen(which), accept: [128] });
  // What the tree holds is asked next.
  expectQuestions(repository);
  const answer = await written;
  if (answer.code === 0) return ok(treeId(answer.stdout.toString("latin1").trim()));
  if (/\.lock': File exists/.test(answer.stderr)) return err("locked");
  if ((await listIndex(repository, ["-u"], [], which)).length > 0) return err("unmerged");
  throw new GitError(["write-tree"], "failed", answer.stderr);
}

export async function indexIsAbsent(repository: Repository, { file }: WhichIndex = {}): Promise<boolean> {
  return (await kindOf(file ?? repository.indexFile)) === "absent";
}

export function stagedEntries(
  repository: Repository,
  pathspecs: readonly string[],
  which: WhichIndex = {},
): Promise<IndexEntry[]> {
  return listIndex(repository, ["-s"], pathspecs, which);
}

export function unmergedEntries(repository: Repository, pathspecs: readonly string[]): Promise<IndexEntry[]> {
  return listIndex(repository, ["-u"], pathspecs, {});
}

async function listIndex(
  repository: Repository,
  flags: readonly string[],
  pathspecs: readonly string[],
  which: WhichIndex,
): Promise<IndexEntry[]> {
  const output = await git(repository, ["ls-files", ...flags, "-z", "--", ...pathspecs], chosen(which));
  return latin1Lines(output.toString("latin1")).map(parseIndexLine);
}

/** `<mode> <id> <stage>TAB<path>`, as `git ls-files -s -z` has it. */
export function parseIndexLine(line: string): IndexEntry {
  const tab = line.indexOf("\t");
  const [mode = "", id = "", stage = "0"] = line.slice(0, tab).split(" ");
  return { mode, id, stage: Number(stage), path: pathTextOfLatin1(line.slice(tab + 1)) };
}

/** Changes to an index: paths to take out (all stages), then entries to put in. */
export interface IndexUpdate {
  readonly remove: readonly string[];
  readonly add: readonly { readonly mode: string; readonly id: string; readonly path: string }[];
}

/** Writes entries without looking at the working tree, at attributes or at a sparse checkout. */
export async function updateIndex(
  repository: Repository,
  update: IndexUpdate,
  which: WhichIndex = {},
): Promise<void> {
  const nothing = "0".repeat(repository.objectFormat === "sha1" ? 40 : 64);
  const lines = [
    ...update.remove.map((path) => `0 ${nothing}\t${latin1OfPath(path)}\0`),
    ...update.add.map(({ mode, id, path }) => `${mode} ${id}\t${latin1OfPath(path)}\0`),
  ];
  if (lines.length === 0) return;
  // Into an index whose directories are entries git puts files without order, and trees without order come of that.
  const args = ["-c", "index.sparse=false", "update-index", "-z", "--index-info"];
  await git(repository, args, { ...chosen(which), input: Buffer.from(lines.join(""), "latin1") });
}

/**
 * Lets the index know which files on disk are what it holds already. Without it git would read them again,
 * and a sparse checkout would take them for the user's changes. Only a convenience: it may fail.
 */
export async function refreshStats(repository: Repository, pathspecs: readonly string[]): Promise<void> {
  await gitAnswer(repository, ["add", "--refresh", "--", ...pathspecs], { accept: [1, 128] });
}

/**
 * Whether the index agrees with a tree where the pathspecs match. Any doubt is a no. What is only announced
 * (`git add -N`) is in no commit; git would take it for an empty file.
 */
export function indexAgrees(place: GitPlace, tree: TreeId, pathspecs: readonly string[]): boolean {
  const flags = ["--cached", "--ita-invisible-in-index", "--quiet", "--ignore-submodules=none"];
  const args = ["diff-index", ...flags, tree, "--", ...pathspecs];
  return gitExitCode(place, args) === 0;
}
