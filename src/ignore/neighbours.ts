import { entriesBelow, kindBelow, namesIn } from "../adapters/files/byte-paths.ts";
import type { JudgedPath } from "./judged-paths.ts";

/** What lies where lines that let a path in could reach. */
export interface Neighbours {
  readonly paths: readonly string[];
  /** Those of the paths that are directories. */
  readonly directories: readonly string[];
  readonly files: number;
  /** False where there are more than were looked at. */
  readonly complete: boolean;
}

export interface Neighbourhood {
  readonly topLevel: string;
  /** Whether git takes names that differ in case for the same. */
  readonly ignoreCase: boolean;
  /** What else was asked about, there or not: git's answer about it must not change either. */
  readonly asked: readonly JudgedPath[];
  /** Of more than these the nearest are looked at. */
  readonly most: number;
}

/**
 * What lies in the topmost excluded directory, or beside the path where it is excluded itself. `parts` are the
 * directories that the path lies in, then the path. The directories on the way to it are looked at whole.
 */
export function neighboursOf(
  neighbourhood: Neighbourhood,
  parts: readonly string[],
  excluded: number,
): Neighbours {
  const fold = foldingOf(neighbourhood);
  const own = fold(parts.at(-1) ?? "");
  const above = parts.slice(0, -1);
  const inner = new Set(above.map(fold));
  const isOther = (path: string) => {
    const name = fold(path);
    return name !== own && !name.startsWith(`${own}/`) && !inner.has(name);
  };
  const opened = excluded < above.length ? above.slice(excluded) : [above.at(-1) ?? ""];
  const there = entriesOf(neighbourhood, opened, excluded < above.length);
  const reach = opened[0] === "" ? "" : fold(`${opened[0]}/`);
  const asked = neighbourhood.asked.flatMap(({ path, obstacle }) =>
    obstacle === null && fold(path).startsWith(reach) ? [path] : [],
  );
  const isDirectory = (path: string) =>
    !path.endsWith("/") && kindBelow(neighbourhood.topLevel, path) === "directory";
  const known = new Set([...there.directories, ...asked.filter(isDirectory)]);
  const all = new Set([...there.files, ...there.directories, ...asked]);
  const paths = [...all].filter((path) => isOther(path.replace(/\/$/, "")));
  const directories = paths.filter((path) => known.has(path));
  const files = paths.filter((path) => !path.endsWith("/") && !known.has(path)).length;
  return { paths, directories, files, complete: there.complete };
}

const foldingOf =
  ({ ignoreCase }: Neighbourhood) =>
  (path: string) =>
    ignoreCase ? path.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : path;

function entriesOf(neighbourhood: Neighbourhood, opened: readonly string[], deep: boolean) {
  const { topLevel, most } = neighbourhood;
  const spelled = opened.map((directory) => spellings(neighbourhood, directory));
  const beside = spelled.flat().map((directory) => namesIn(topLevel, directory));
  const below = deep ? (spelled[0] ?? []).map((directory) => entriesBelow(topLevel, directory, most)) : [];
  const found = [...beside, ...below];
  return {
    files: found.flatMap(({ files }) => files),
    directories: found.flatMap(({ directories }) => directories),
    complete: below.every(({ complete }) => complete),
  };
}

/** The directories that git takes for the same. */
function spellings(neighbourhood: Neighbourhood, directory: string): readonly string[] {
  if (!neighbourhood.ignoreCase || directory === "") return [directory];
  const fold = foldingOf(neighbourhood);
  const wanted = fold(directory);
  const parents = spellings(neighbourhood, directory.slice(0, Math.max(directory.lastIndexOf("/"), 0)));
  const { topLevel } = neighbourhood;
  return parents.flatMap((parent) =>
    namesIn(topLevel, parent).directories.filter((one) => fold(one) === wanted),
  );
}
