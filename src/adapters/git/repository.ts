import { dirname, isAbsolute, join, resolve } from "node:path";
import { err, ok, type Result } from "../../result.ts";
import { isOwnedByUser, kindOf, readIfThere } from "../files/files.ts";
import { type GitPlace, gitAnswer } from "./command.ts";
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

/** Finds the repository that `directory` is in, the way git itself would. */
export async function openRepository(
  directory: string,
  base: Readonly<Record<string, string>>,
): Promise<Result<Repository, string>> {
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
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(directory, path));
  const top = topLevel === undefined || topLevel === "" ? null : topLevel;
  const place = top ?? gitDirectory;
  return ok({
    directory: place,
    environment: withAbsolutePaths(environment, absolute),
    topLevel: top,
    gitDirectory,
    commonDirectory: absolute(common),
    indexFile: absolute(index),
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
    const absolute = (path: string) => resolve(directory, path);
    return {
      directory: at,
      environment: withAbsolutePaths(judgingEnvironment(base), absolute),
      topLevel: at,
      gitDirectory,
      commonDirectory: gitDirectory,
      indexFile: absolute(base.GIT_INDEX_FILE || join(gitDirectory, "index")),
      objectFormat: "sha1",
    };
  }
}

/** Whether nothing about it is set that decides what git takes it for. */
async function isUsual(gitDirectory: string): Promise<boolean> {
  if ((await kindOf(join(gitDirectory, "HEAD"))) !== "file") return false;
  const settings = [
    await readIfThere(join(gitDirectory, "config")),
    (await readIfThere(join(gitDirectory, "config.worktree"))) ?? "",
  ];
  return settings.every((text) => text !== null && !UNUSUAL.test(text.toString("latin1").replace(USUAL, "")));
}

const UNUSUAL = /worktree|objectformat|\bbare\b/i;
const USUAL = /\bworktreeconfig\b|\bbare\s*=\s*false\b/gi;

const PLACES = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"];

/** Hooks get `GIT_INDEX_FILE=.git/index` relative to where git ran; gate works from the top level. */
function withAbsolutePaths(
  environment: Readonly<Record<string, string>>,
  absolute: (path: string) => string,
): Record<string, string> {
  const result: Record<string, string> = { ...environment };
  for (const name of [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
  ]) {
    const value = result[name];
    if (value !== undefined && value !== "") result[name] = absolute(value);
  }
  return result;
}
