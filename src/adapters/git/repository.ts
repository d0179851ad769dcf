import { dirname, join, resolve } from "node:path";
import { err, ok, type Result } from "../../result.ts";
import { deviceOf, isOwnedByUser, kindOf, readIfThere } from "../files/files.ts";
import { realPathIfThere } from "../files/real-path.ts";
import type { GitPlace } from "./command.ts";
import type { ObjectFormat } from "./ids.ts";

/** One checkout of a repository: everything that stays the same while gate runs. Paths are absolute. */
export interface Repository extends GitPlace {
  /** The top level of the worktree; null in a bare repository. */
  readonly topLevel: string | null;
  /** Of this worktree: `.git`, or `.git/worktrees/<name>`. */
  readonly gitDirectory: string;
  /** Shared by all worktrees. */
  readonly commonDirectory: string;
  /** The index git is using right now: inside a hook often a lock or a temporary file. */
  readonly indexFile: string;
  readonly objectFormat: ObjectFormat;
}

/** A repository with files in it. */
export interface Worktree extends Repository {
  readonly topLevel: string;
}

export function hasWorktree(repository: Repository): repository is Worktree {
  return repository.topLevel !== null;
}

/**
 * What git may see when it judges: nothing that changes the meaning of a pathspec, swaps objects,
 * fetches, or depends on the locale.
 */
function judgingEnvironment(base: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {
    ...base,
    LC_ALL: "C",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    // git before 2.44 does not know GIT_NO_LAZY_FETCH
    GIT_ALLOW_PROTOCOL: "none",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
  for (const name of IMPURE_VARIABLES) delete environment[name];
  return environment;
}

const IMPURE_VARIABLES = [
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_EXTERNAL_DIFF",
  "GIT_DIFF_OPTS",
  "GIT_DEFAULT_HASH",
];

/**
 * Finds the repository that `directory` is in, the way git itself would. One thing is seen otherwise: in a linked
 * worktree hooks get GIT_DIR and nothing besides, and git takes whatever directory they `cd` to for the top level.
 */
export async function openRepository(
  directory: string,
  base: Readonly<Record<string, string>>,
): Promise<Result<Repository, string>> {
  const { GIT_DIR: named, ...others } = base;
  if (!named || PLACES.some((name) => others[name] !== undefined)) return askGit(directory, base);
  const [found, real] = await Promise.all([
    askGit(directory, others),
    realPathIfThere(resolve(directory, named)),
  ]);
  return found.ok && found.value.gitDirectory === real ? found : askGit(directory, base);
}

async function askGit(
  directory: string,
  base: Readonly<Record<string, string>>,
): Promise<Result<Repository, string>> {
  // Most repositories are found without: what starts processes takes as long to load as a fifth of Node.
  const { gitAnswer } = await import("./command.ts");
  const environment = judgingEnvironment(base);
  const questions = ["--is-bare-repository", "--absolute-git-dir", "--git-common-dir", "--git-path", "index"];
  const answer = await gitAnswer(
    { directory, environment },
    ["rev-parse", "--show-object-format", ...questions, "--show-toplevel"],
    { accept: [128] },
  );
  const [format, bare, gitDirectory, common, index, topLevel] = answer.stdout.toString("utf8").split("\n");
  if (!format || !bare || !gitDirectory || !common || !index) return err(answer.stderr.trim());
  if (bare !== "true" && !topLevel) return err(answer.stderr.trim());
  const absolute = (path: string) => resolve(directory, path);
  const top = topLevel === undefined || topLevel === "" ? null : topLevel;
  const place = top ?? gitDirectory;
  const indexFile = absolute(index);
  return ok({
    directory: place,
    environment: withAbsolutePaths(environment, absolute, indexFile),
    topLevel: top,
    gitDirectory,
    commonDirectory: absolute(common),
    indexFile,
    objectFormat: format === "sha256" ? "sha256" : "sha1",
  });
}

/**
 * The worktree that a directory, given without symbolic links, lies in, found without a process; null where only git
 * can say. git may still see it otherwise, and fails then.
 */
export async function plainWorktree(
  directory: string,
  base: Readonly<Record<string, string>>,
): Promise<Worktree | null> {
  if (["GIT_CEILING_DIRECTORIES", ...PLACES].some((name) => base[name] !== undefined)) return null;
  for (let at = directory; ; at = dirname(at)) {
    const gitDirectory = join(at, ".git");
    const kind = await kindOf(gitDirectory);
    if (kind === "absent" && dirname(at) !== at && (await kindOf(join(at, "HEAD"))) === "absent") continue;
    if (kind !== "directory" || !(await isUsual(gitDirectory))) return null;
    if (![at, gitDirectory].every(isOwnedByUser)) return null;
    // git goes up to where the file system begins, and no further unless it is told to
    if (deviceOf(at) !== deviceOf(directory)) return null;
    const absolute = (path: string) => resolve(directory, path);
    const indexFile = resolve(at, base.GIT_INDEX_FILE || join(gitDirectory, "index"));
    return {
      directory: at,
      environment: withAbsolutePaths(judgingEnvironment(base), absolute, indexFile),
      topLevel: at,
      gitDirectory,
      commonDirectory: gitDirectory,
      indexFile,
      objectFormat: "sha1",
    };
  }
}

/** Whether git takes it for a repository, and nothing about it is set that decides which one. */
async function isUsual(gitDirectory: string): Promise<boolean> {
  const inside = (name: string) => join(gitDirectory, name);
  const kinds = await Promise.all(["HEAD", "objects", "refs", "commondir"].map(inside).map(kindOf));
  if (kinds.join(" ") !== "file directory directory absent") return false;
  // after a crash it can be empty: git looks for a repository further up then
  if (!HEAD.test((await readIfThere(inside("HEAD")))?.toString("latin1") ?? "")) return false;
  const settings = [
    await readIfThere(inside("config")),
    (await readIfThere(inside("config.worktree"))) ?? "",
  ];
  return settings.every((text) => text !== null && !UNUSUAL.test(text.toString("latin1").replace(USUAL, "")));
}

const HEAD = /^(?:ref: ?refs\/|[0-9a-f]{40}\n?$)/;
const UNUSUAL = /worktree|objectformat|\bbare\b/i;
const USUAL = /\bworktreeconfig\b|\bbare\s*=\s*false\b/gi;

const PLACES = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"];

/**
 * Relative paths count from where git ran, and gate works from the top level. The index alone counts from there for
 * git too: hooks get `GIT_INDEX_FILE=.git/index`, and may `cd` before they call gate.
 */
function withAbsolutePaths(
  environment: Readonly<Record<string, string>>,
  absolute: (path: string) => string,
  indexFile: string,
): Record<string, string> {
  const result: Record<string, string> = { ...environment };
  for (const name of [...PLACES, "GIT_OBJECT_DIRECTORY"]) {
    const value = result[name];
    if (value !== undefined && value !== "") result[name] = absolute(value);
  }
  if (result.GIT_INDEX_FILE) result.GIT_INDEX_FILE = indexFile;
  return result;
}
