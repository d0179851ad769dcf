import type { Suite } from "../config/configuration.ts";
import { isLockFile } from "../suite/locked-versions.ts";
import { excludesOf, type ObservedInputs } from "./observed-inputs.ts";

/** Lines for `inputs:` of gate.yaml. */
export interface InputProposals {
  /** Patterns that would declare what was read. */
  readonly add: readonly string[];
  /** Patterns that would leave out what nothing was seen to read; of a directory with a slash at its end. */
  readonly leaveOut: readonly string[];
  /** Excludes of the suite that keep out what was read: no further pattern lets that in. */
  readonly narrow: readonly string[];
}

/** So many files of one directory are worth a pattern for all of it. */
const MANY = 3;

/** Read by the tools that make the environment, before any test. */
function isReadByTools(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return isLockFile(path) || TOOLS_FILES.has(name);
}

const TOOLS_FILES: ReadonlySet<string> = new Set([
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "package.json",
  "package-lock.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  ".python-version",
  ".nvmrc",
]);

/** Proposes; whether a file matters that nothing was seen to open is for a person to say. */
export function proposeInputs(
  suite: Pick<Suite, "inputs">,
  { undeclared, unread }: Pick<ObservedInputs, "undeclared" | "unread">,
  inputs: readonly string[],
): InputProposals {
  const leftOut = new Set(unread.filter((path) => !isReadByTools(path)));
  const excludes = undeclared.map((path) => excludesOf(suite, path));
  const unnamed = undeclared.filter((_, index) => excludes[index]?.length === 0);
  return {
    add: byDirectory(unnamed).map(asPattern),
    leaveOut: wholeDirectories(leftOut, inputs).map((path) => `!${asPattern(path)}`),
    narrow: [...new Set(excludes.flat())],
  };
}

function byDirectory(paths: readonly string[]): readonly string[] {
  const files = new Map<string, number>();
  for (const path of paths) files.set(folderOf(path), (files.get(folderOf(path)) ?? 0) + 1);
  const isOfMany = (folder: string) => folder !== "" && (files.get(folder) ?? 0) >= MANY;
  const patterns = paths.map((path) => (isOfMany(folderOf(path)) ? folderOf(path) : path));
  return [...new Set(patterns)].toSorted();
}

/**
 * The topmost directories all of whose inputs are among the paths, and the paths in no such directory. What comes
 * into a directory later would be left out as well: a few files are named one by one.
 */
function wholeDirectories(paths: ReadonlySet<string>, inputs: readonly string[]): readonly string[] {
  const partly = new Set(inputs.filter((path) => !paths.has(path)).flatMap(foldersAbove));
  const whole = new Map<string, string[]>();
  for (const path of paths) {
    const folder = foldersAbove(path).find((one) => !partly.has(one)) ?? "";
    whole.set(folder, [...(whole.get(folder) ?? []), path]);
  }
  return [...whole]
    .flatMap(([folder, files]) => (folder === "" || files.length < MANY ? files : [`${folder}/`]))
    .toSorted();
}

/** From the top. */
export function foldersAbove(path: string): string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Brackets take the meaning from a character. */
function asPattern(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}
