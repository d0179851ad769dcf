import type { SimpleGit } from "simple-git";
import { gitAnswer } from "./command.ts";
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
  const output = await (await textGit(repository)).raw(["log", ...PLAIN, `--format=${format}`, ...args]);
  return output
    .split("\0")
    .filter((record) => record.includes(separator))
    .map((record) => {
      const [id = "", author = "", date = "", subject = ""] = record.trim().split(separator);
      return { id: commitId(id), author, date, subject };
    });
}

/** What git's text commands need of the environment. Editors, pagers and helpers of a hook's are not among it. */
const NEEDED =
  /^(PATH|HOME|USERPROFILE|XDG_CONFIG_HOME|TZ|LC_ALL|GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|NO_REPLACE_OBJECTS|NO_LAZY_FETCH|CONFIG_.*))$/;

/** The door for git's text output. */
export async function textGit(repository: Repository): Promise<SimpleGit> {
  const { simpleGit } = await import("simple-git");
  const environment = Object.fromEntries(
    Object.entries(repository.environment).filter(([name]) => NEEDED.test(name)),
  );
  // The configuration is the user's own; simple-git distrusts it because others pass it what they read.
  const unsafe = { allowUnsafeConfigPaths: true, allowUnsafeConfigEnvCount: true };
  const allowEnvironment = Object.keys(environment);
  return simpleGit({ baseDir: repository.directory, unsafe, allowEnvironment }).env(environment);
}
