import { GitError, gitAnswer } from "./command.ts";
import { type CommitHeader, commitTime, headWithParent } from "./commit-header.ts";
import { type BlobId, type CommitId, commitId, type TreeId, treeId } from "./ids.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";
import { readObjects } from "./small-blobs.ts";

/** Who committed what, and when. */
export interface CommitFacts {
  readonly id: CommitId;
  readonly tree: TreeId;
  readonly author: string;
  /** RFC 3339. */
  readonly date: string;
  readonly subject: string;
}

const FORMAT = ["%H", "%T", "%an", "%aI", "%s"];

/** Without looking through the history: a blob that is not here at all is in no commit. */
export async function blobIsKnown(repository: Repository, blob: BlobId): Promise<boolean> {
  try {
    const [object] = await readObjects(repository, [blob], 0);
    return object !== undefined && object.kind !== "absent";
  } catch (error) {
    // One that was promised to a partial clone and is not there is a failure to git.
    if (error instanceof GitError) return false;
    throw error;
  }
}

/** The commits, in any branch, that put this blob in or took it out, newest first. */
export function commitsWithBlob(repository: Repository, blob: BlobId): Promise<CommitFacts[]> {
  return log(repository, ["--all", `--find-object=${blob}`, "--diff-merges=separate", "--no-patch"]);
}

/** The newest commit reachable from `revision` that changed one of the paths; null also before the first commit. */
export async function lastCommitChanging(
  repository: Repository,
  revision: string,
  pathspecs: readonly string[],
): Promise<CommitFacts | null> {
  const args = ["--max-count=1", "--end-of-options", revision, "--", ...pathspecs];
  return (await log(repository, args, { accept: [128] }))[0] ?? null;
}

/** Commits after `since` up to `revision` that changed one of the paths, oldest first. */
export function commitsChanging(
  repository: Repository,
  since: CommitId,
  revision: string,
  pathspecs: readonly string[],
): Promise<CommitFacts[]> {
  return log(repository, ["--reverse", "--end-of-options", `${since}..${revision}`, "--", ...pathspecs]);
}

/** Against settings of the user's: `log.showSignature`, `log.follow`, `log.showRoot`, `i18n.logOutputEncoding`. */
const PLAIN = ["-z", "--no-show-signature", "--no-follow", "--root", "--encoding=UTF-8"];

async function log(
  repository: Repository,
  args: readonly string[],
  options: { readonly accept?: readonly number[] } = {},
): Promise<CommitFacts[]> {
  const separator = "\x1f";
  const format = `--format=${FORMAT.join(separator)}`;
  const { stdout } = await gitAnswer(repository, ["log", ...PLAIN, format, ...args], options);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter((record) => record.includes(separator))
    .map((record) => {
      const [id = "", tree = "", author = "", date = "", subject = ""] = record.trim().split(separator);
      return { id: commitId(id), tree: treeId(tree), author, date, subject };
    });
}

/** null where the revision does not lead to a commit that is here. */
export async function commitHeader(repository: Repository, revision: string): Promise<CommitHeader | null> {
  const [header] = await headersFrom(repository, revision, 1);
  return header ?? null;
}

/** A commit and its first parent; the parent is null where it has none, or it is not here. */
export async function commitWithParent(
  repository: Repository,
  revision: string,
): Promise<readonly [CommitHeader, CommitHeader | null] | null> {
  const plain = revision === "HEAD" ? await headWithParent(repository) : null;
  if (plain !== null) return plain;
  const [commit, parent = null] = await headersFrom(repository, revision, 2);
  if (commit !== undefined) return [commit, parent];
  // git says nothing at all of a commit whose parent is lost
  const alone = await commitHeader(repository, revision);
  return alone === null ? null : [alone, null];
}

async function headersFrom(
  repository: Repository,
  revision: string,
  count: number,
): Promise<readonly CommitHeader[]> {
  const most = [`--max-count=${count}`, "--first-parent", "--format=%H %T %ct %P"];
  const args = ["log", ...PLAIN, ...most, "--end-of-options", revision, "--"];
  const answer = await gitAnswer(repository, args, { accept: [128] });
  return answer.code === 0 ? splitNul(answer.stdout).map(readHeader) : [];
}

function readHeader(line: Buffer): CommitHeader {
  const [id = "", tree = "", seconds = "", ...parents] = line.toString("latin1").trim().split(" ");
  const committedAt = commitTime(seconds, id);
  return { id: commitId(id), tree: treeId(tree), parents: parents.map(commitId), committedAt };
}

/** Whether the history here may go on where it ends. */
export async function isShallow(repository: Repository): Promise<boolean> {
  const answer = await gitAnswer(repository, ["rev-parse", "--is-shallow-repository"]);
  return answer.stdout.toString("latin1").trim() !== "false";
}

/** The commit after `since` that changed each path last, by path; merges count where they resolved something. */
export async function lastChanges(
  repository: Repository,
  since: CommitId,
  revision: string,
  pathspecs: readonly string[],
): Promise<ReadonlyMap<string, CommitId>> {
  const range = ["--end-of-options", `${since}..${revision}`, "--", ...pathspecs];
  const format = ["--format=%x01%H", "--name-only", "--no-renames", "--ignore-submodules=none", "-c"];
  const { stdout } = await gitAnswer(repository, ["log", ...PLAIN, ...format, ...range]);
  const changed = new Map<string, CommitId>();
  let commit: CommitId | null = null;
  for (const part of splitNul(stdout)) {
    // the first path of a commit follows a line break
    const text = part[0] === 0x0a ? part.subarray(1) : part;
    if (text[0] === 0x01) commit = commitId(text.toString("latin1", 1).trim());
    else if (commit !== null && text.length > 0) {
      const path = pathText(text);
      if (!changed.has(path)) changed.set(path, commit);
    }
  }
  return changed;
}

/** The best common ancestor; null where the history here has none. */
export async function mergeBase(
  repository: Repository,
  one: CommitId,
  other: CommitId,
): Promise<CommitId | null> {
  const answer = await gitAnswer(repository, ["merge-base", one, other], { accept: [1] });
  return answer.code === 0 ? commitId(answer.stdout.toString("latin1").trim().split("\n")[0] ?? "") : null;
}
