import type { Ignore } from "ignore";
import { rulesInMemory } from "./in-memory.ts";

export interface Wanted {
  /** Text of the rules in force, in their order of precedence. */
  readonly rules: string;
  /** The directory whose files are wanted, relative to where the rules lie; "" where they lie in or below it. */
  readonly directory: string;
  /** Paths that must not be ignored, relative to where the rules lie. */
  readonly paths: readonly string[];
}

/**
 * The smallest lines that, added at the end of the rules, let all the paths in and nothing outside the
 * directory. null where no such lines are found. Tried in memory; whether git agrees is asked elsewhere.
 */
export function smallestNegations({ rules, directory, paths }: Wanted): readonly string[] | null {
  const lets = (lines: readonly string[]) => firstIgnored(compile(rules, lines), paths) === null;
  let lines: readonly string[] = [];
  for (let round = 0; round < 4 * paths.length + 8; round += 1) {
    const excluded = firstIgnored(compile(rules, lines), paths);
    if (excluded === null) return withoutNeedless(lines, lets);
    const better = candidates(excluded, directory).find((added) => {
      const tried = firstIgnored(compile(rules, [...lines, ...added]), [excluded.path]);
      return tried === null || tried.part.length > excluded.part.length;
    });
    if (better === undefined) return null;
    lines = [...lines, ...better];
  }
  return null;
}

interface Excluded {
  readonly path: string;
  /** The topmost part of the path that is excluded: a directory with its slash, or the path itself. */
  readonly part: string;
  readonly pattern: string;
}

function compile(rules: string, added: readonly string[]): Ignore {
  return rulesInMemory([...rules.split(/\r?\n/), ...added], false);
}

function firstIgnored(rules: Ignore, paths: readonly string[]): Excluded | null {
  for (const path of paths) {
    for (const part of partsOf(path)) {
      const answer = rules.test(part);
      if (answer.ignored) return { path, part, pattern: answer.rule?.pattern ?? "" };
    }
  }
  return null;
}

/** `a/b/c` has the parts `a/`, `a/b/` and `a/b/c`. */
function partsOf(path: string): readonly string[] {
  const directories = [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
  return [...directories, path];
}

function candidates({ part, path, pattern }: Excluded, directory: string): readonly (readonly string[])[] {
  const everything = directory === "" ? "!**" : `!${directory}/**`;
  if (!part.endsWith("/")) {
    const above = path.slice(0, path.lastIndexOf("/") + 1);
    const top = directory === "" ? "" : `${directory}/`;
    const named = nameOf(pattern);
    const names = named === null ? [] : [named, extensionOf(path)].filter((name) => name !== null);
    return [...names.map((name) => [`!${scope(above, top)}${name}`]), [everything]];
  }
  const folder = part.slice(0, -1);
  if (`${directory}/`.startsWith(part) && folder !== directory) {
    // Letting a folder in lets in all that lies in it: the rest is kept out again.
    return [[`!${anchored(folder)}/`, `/${folder}/*`]];
  }
  if (folder === directory) return [[`!${anchored(folder)}/`]];
  const inner = directory === "" ? folder : folder.slice(directory.length + 1);
  const deep = inner.includes("/");
  const siblings = `!${folder.slice(0, folder.lastIndexOf("/"))}/*/`;
  return deep ? [[siblings], [everything]] : [[`!${anchored(folder)}/`], [everything]];
}

/** Files at the top of the directory lie side by side; below, the names of the folders are the tests'. */
function scope(above: string, top: string): string {
  if (above === top) return top === "" ? "/" : top;
  const first = above.slice(top.length).split("/")[0] ?? "";
  return `${top}${first}/**/`;
}

const anchored = (path: string) => (path.includes("/") ? path : `/${path}`);

/** The names a pattern is about; null where it is about all of them. */
function nameOf(pattern: string): string | null {
  const name = pattern.replace(/\/$/, "").split("/").at(-1) ?? "";
  return /^\*+$/.test(name) || name === "" ? null : name.replace(/^\\(?=[#!])/, "");
}

function extensionOf(path: string): string | null {
  const extension = /\.[A-Za-z0-9]+$/.exec(path)?.[0];
  return extension === undefined ? null : `*${extension}`;
}

function withoutNeedless(
  lines: readonly string[],
  lets: (lines: readonly string[]) => boolean,
): readonly string[] {
  let kept = [...new Set(lines)];
  for (const line of kept.filter((one) => one.startsWith("!"))) {
    const fewer = kept.filter((one) => one !== line);
    if (lets(fewer)) kept = fewer;
  }
  return kept;
}
