import { gitAnswer } from "./command.ts";
import { type BlobId, type CommitId, commitId, type TreeId, treeId } from "./ids.ts";
import type { Repository } from "./repository.ts";

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
  return (await gitAnswer(repository, ["cat-file", "-e", blob], { accept: [1, 128] })).code === 0;
}

/** The commits, in any branch, that put this blob in or took it out, newest first. */
export function commitsWithBlob(repository: Repository, blob: BlobId): Promise<CommitFacts[]> {
  return log(repository, ["--all", `--find-object=${blob}`, "-m"]);
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

/** Against settings of the user's: `log.showSignature`, `log.follow`, `log.showRoot`. */
const PLAIN = ["-z", "--no-show-signature", "--no-follow", "--root"];

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
