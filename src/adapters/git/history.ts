import { gitAnswer, gitText } from "./command.ts";
import { type BlobId, type CommitId, commitId } from "./ids.ts";
import type { Repository } from "./repository.ts";

/** Who committed what, and when. */
export interface CommitFacts {
  readonly id: CommitId;
  readonly author: string;
  /** RFC 3339. */
  readonly date: string;
  readonly subject: string;
}

const FORMAT = { id: "%H", author: "%an", date: "%aI", subject: "%s" } as const;

/** The newest commit, in any branch, that put this blob in or took it out; null where there is none. */
export async function commitsWithBlob(repository: Repository, blob: BlobId): Promise<CommitFacts[]> {
  const known = await gitAnswer(repository, ["cat-file", "-e", blob], { accept: [1, 128] });
  if (known.code !== 0) return [];
  return log(repository, ["--all", `--find-object=${blob}`, "-m"]);
}

/** The newest commit reachable from `revision` that changed one of the paths. */
export async function lastCommitChanging(
  repository: Repository,
  revision: CommitId,
  pathspecs: readonly string[],
): Promise<CommitFacts | null> {
  return (await log(repository, ["--max-count=1", revision, "--", ...pathspecs]))[0] ?? null;
}

/** Commits after `since` up to `revision` that changed one of the paths, oldest first. */
export function commitsChanging(
  repository: Repository,
  since: CommitId,
  revision: CommitId,
  pathspecs: readonly string[],
): Promise<CommitFacts[]> {
  return log(repository, ["--reverse", `${since}..${revision}`, "--", ...pathspecs]);
}

/** Against settings of the user's: `log.showSignature`, `log.follow`, `log.showRoot`. */
const PLAIN = ["-z", "--no-show-signature", "--no-follow", "--root"];

async function log(repository: Repository, args: readonly string[]): Promise<CommitFacts[]> {
  const separator = "\x1f";
  const format = [FORMAT.id, FORMAT.author, FORMAT.date, FORMAT.subject].join(separator);
  const output = await gitText(repository, ["log", ...PLAIN, `--format=${format}`, ...args]);
  return output
    .split("\0")
    .filter((record) => record.includes(separator))
    .map((record) => {
      const [id = "", author = "", date = "", subject = ""] = record.trim().split(separator);
      return { id: commitId(id), author, date, subject };
    });
}
