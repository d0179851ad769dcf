import { join } from "node:path";
import { bytesBelow, bytesOf } from "../adapters/files/byte-paths.ts";
import type { IgnoreSettings } from "../adapters/git/ignore-settings.ts";
import type { Worktree } from "../adapters/git/repository.ts";

/** One line of an ignore file, be it a rule or not. All texts are bytes as Latin-1 text. */
export interface SourceLine {
  /** As git names it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** As it stands there, without the line feed. */
  readonly text: string;
  /** Of the user or of this clone alone, not of the repository. */
  readonly outside: boolean;
}

/**
 * The lines that hold in each directory and below it, by its path; "" is the top level. Rules from outside rank below
 * all of the repository's own: they stand at the head of the top level's.
 */
export type RuleFiles = Map<string, readonly SourceLine[]>;

export function rulesFromOutside(
  worktree: Worktree,
  { excludesFile }: IgnoreSettings,
): readonly SourceLine[] {
  const own = join(worktree.commonDirectory, "info/exclude");
  const shown = own === join(worktree.topLevel, ".git/info/exclude") ? ".git/info/exclude" : own;
  return [
    ...(excludesFile === null ? [] : linesOf(bytesOf(excludesFile), inBytes(excludesFile), true)),
    ...linesOf(bytesOf(own), inBytes(shown), true),
  ];
}

/** Reads the ignore files of the directories that are not among the known ones yet. */
export function readRules(
  known: RuleFiles,
  { topLevel }: Worktree,
  directories: readonly string[],
  outside: readonly SourceLine[],
): void {
  for (const directory of directories) {
    if (known.has(directory)) continue;
    const file = ignoreFileIn(directory);
    const own = linesOf(bytesBelow(topLevel, file), file, false);
    known.set(directory, directory === "" ? [...outside, ...own] : own);
  }
}

export const ignoreFileIn = (directory: string) =>
  directory === "" ? ".gitignore" : `${directory}/.gitignore`;

/** The directories whose rules git reads for a path, the top level first: of `a/b/` those in `a/b`, too. */
export function directoriesAbove(path: string): readonly string[] {
  return ["", ...[...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))];
}

export const inBytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");

function linesOf(bytes: string | null, file: string, outside: boolean): readonly SourceLine[] {
  if (bytes === null) return [];
  const lines = bytes.replace(/^\xef\xbb\xbf/, "").split("\n");
  // What stands behind the last line feed is a line where it is anything.
  if (lines.at(-1) === "") lines.pop();
  return lines.map((text, index) => ({ file, line: index + 1, text, outside }));
}
