import { join } from "node:path";
import { kindOf } from "../files/files.ts";
import { git } from "./command.ts";
import { pathText, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** One way in which the files on disk are not what the index holds. */
export interface WorktreeDifference {
  readonly path: string;
  readonly kind:
    | "unstaged"
    | "missing"
    | "untracked"
    | "ignored"
    | "submodule"
    | "submodule-absent"
    | "assume-unchanged"
    | "skip-worktree";
}

/**
 * Compares the working tree with the index git is using, where the pathspecs match. Contents count, not
 * times. `git status` is silent on entries that are told not to be looked at, so these are asked for apart.
 */
export async function worktreeDifferences(
  repository: Repository,
  pathspecs: readonly string[],
): Promise<WorktreeDifference[]> {
  const [status, flagged] = await Promise.all([
    git(repository, [
      "status",
      "--porcelain=v2",
      "-z",
      "--untracked-files=all",
      "--ignored=traditional",
      "--ignore-submodules=none",
      "--no-renames",
      "--",
      ...pathspecs,
    ]),
    git(repository, ["ls-files", "-v", "-s", "-z", "--", ...pathspecs]),
  ]);
  const entries = splitNul(flagged);
  const differences = [...splitNul(status).flatMap(statusDifference), ...entries.flatMap(flagDifference)];
  return [...differences, ...(await absentSubmodules(repository, entries))];
}

/** `git status` finds nothing wrong with a submodule that was never checked out. */
async function absentSubmodules(
  repository: Repository,
  entries: readonly Buffer[],
): Promise<WorktreeDifference[]> {
  const paths = entries.filter((line) => line.toString("latin1", 2, 8) === "160000").map(entryPath);
  const kinds = await Promise.all(paths.map((path) => kindOf(join(repository.directory, path, ".git"))));
  return paths
    .filter((_, index) => kinds[index] === "absent")
    .map((path) => ({ path, kind: "submodule-absent" }));
}

function statusDifference(line: Buffer): WorktreeDifference[] {
  const kind = String.fromCharCode(line[0] ?? 0);
  if (kind === "?") return [{ path: pathText(line.subarray(2)), kind: "untracked" }];
  if (kind === "!") return [{ path: pathText(line.subarray(2)), kind: "ignored" }];
  if (kind !== "1" && kind !== "u") return [];
  const fields = kind === "1" ? 8 : 10;
  const path = pathText(line.subarray(afterFields(line, fields)));
  const [, changes = "", submodule = ""] = line.toString("latin1").split(" ");
  if (submodule.startsWith("S") && submodule !== "S...") return [{ path, kind: "submodule" }];
  const inWorktree = changes[1] ?? ".";
  if (inWorktree === ".") return [];
  return [{ path, kind: inWorktree === "D" ? "missing" : "unstaged" }];
}

function afterFields(line: Buffer, count: number): number {
  let at = 0;
  for (let field = 0; field < count; field += 1) at = line.indexOf(0x20, at) + 1;
  return at;
}

/** Of a line of `ls-files -v -s`: `H 100644 <id> <stage>TAB<path>`. */
function entryPath(line: Buffer): string {
  return pathText(line.subarray(line.indexOf(0x09) + 1));
}

function flagDifference(line: Buffer): WorktreeDifference[] {
  const tag = String.fromCharCode(line[0] ?? 0);
  const path = entryPath(line);
  if (tag === "S" || tag === "s") return [{ path, kind: "skip-worktree" }];
  if (tag !== "?" && tag === tag.toLowerCase()) return [{ path, kind: "assume-unchanged" }];
  return [];
}

/** Untracked files that git would show, by path; with `ignored`, those that a rule hides as well. */
export async function untrackedFiles(
  repository: Repository,
  { ignored }: { readonly ignored: boolean },
): Promise<string[]> {
  const args = ["ls-files", "--others", "-z", ...(ignored ? [] : ["--exclude-standard"])];
  return splitNul(await git(repository, args)).map(pathText);
}
