import createRules, { type Ignore } from "ignore";
import { fromAbove } from "./patterns.ts";
import type { RuleTexts } from "./scratch-rules.ts";

/** Rules that are tried without asking git; the last one that matches holds. Whether git agrees is asked elsewhere. */
export function rulesInMemory(lines: readonly string[], ignoreCase: boolean): Ignore {
  return createRules({ ignorecase: ignoreCase, allowRelativePaths: true }).add(lines);
}

/** Says of paths whether the rules of all directories ignore them; a path that ends in a slash is a directory. */
export function ignoresInMemory(rules: RuleTexts, ignoreCase: boolean): (path: string) => boolean {
  const directories = [...rules.keys()].toSorted((left, right) => left.length - right.length);
  const lines = directories.flatMap((directory) =>
    (rules.get(directory) ?? []).flatMap((line) => fromAbove(line, directory) ?? []),
  );
  const ignore = rulesInMemory(lines, ignoreCase);
  return (path) => ignore.ignores(path);
}
