import { git, gitAtOnce } from "./command.ts";
import { SUBMODULE } from "./ids.ts";
import { above, indexHasNothingAt } from "./index-absence.ts";
import type { Repository } from "./repository.ts";

/** What the index holds of some paths. Paths are bytes as Latin-1 text, relative to the top level. */
export interface TrackedPaths {
  /** Whether the path itself is there, or something below it. */
  readonly has: (path: string) => boolean;
  /** The submodule that a path lies in; null where it lies in none. */
  readonly submoduleOf: (path: string) => string | null;
}

/** Of more paths than these it is quicker to list the whole index, and to ask git about it and about rules at once. */
export const FEW = 32;

export async function trackedPaths(place: Repository, paths: readonly string[]): Promise<TrackedPaths> {
  const isFew = paths.length <= FEW;
  if (isFew && indexHasNothingAt(place, paths.map(withoutSlash))) return NOTHING_TRACKED;
  const whole = !(isFew && paths.every(isPlain));
  const args = ["ls-files", "-s", "-z", "--"];
  const output = whole
    ? await git(place, args)
    : gitAtOnce(place, [...args, ...paths.flatMap(pathspecsOf)]).stdout;
  const names: string[] = [];
  const submodules = new Set<string>();
  for (const line of output.toString("latin1").split("\0")) {
    const name = line.slice(line.indexOf("\t") + 1);
    if (name === "") continue;
    names.push(name);
    if (line.startsWith(`${SUBMODULE} `)) submodules.add(name);
  }
  return {
    has: (path) => {
      const name = withoutSlash(path);
      if (name === "" || name === ".") return names.length > 0;
      return isAmong(names, name) || hasBelow(names, `${name}/`);
    },
    submoduleOf: (path) =>
      submodules.size === 0 ? null : (above(path).find((one) => submodules.has(one)) ?? null),
  };
}

const NOTHING_TRACKED: TrackedPaths = { has: () => false, submoduleOf: () => null };

const withoutSlash = (path: string) => path.replace(/\/+$/, "");

/** An argument of a program is text: other bytes cannot be handed over. */
const isPlain = (path: string) => path !== "" && /^[\x01-\x7f]*$/.test(path);

function pathspecsOf(path: string): readonly string[] {
  return [`:(top,literal)${withoutSlash(path)}`, ...above(path).map(exactly)];
}

/** A pattern with a wildcard matches whole paths alone, and not what lies below them. */
function exactly(path: string): string {
  const escaped = path.slice(1).replace(/[\\*?[]/g, "\\$&");
  const first = path.charAt(0);
  return `:(top,glob)${/[\]\\!^]/.test(first) ? `\\${first}*` : `[${first}]`}${escaped}`;
}

/** Git lists its index in the order of bytes, and so are characters of Latin-1 compared. */
function isAmong(sorted: readonly string[], name: string): boolean {
  return sorted[firstNotBefore(sorted, name)] === name;
}

function hasBelow(sorted: readonly string[], prefix: string): boolean {
  return sorted[firstNotBefore(sorted, prefix)]?.startsWith(prefix) ?? false;
}

function firstNotBefore(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
