import type { MatchedRule } from "./matched-rules.ts";
import { anchoredPattern } from "./patterns.ts";
import type { Standing } from "./standing.ts";

/** Lines for the ignore file of one directory. */
export interface AddedLines {
  readonly directory: string;
  /** The line of that file below which they go; null for its end. */
  readonly after: number | null;
  readonly add: readonly string[];
}

/** A path from the top level down: each directory that it lies in, then the path itself, without slashes at the end. */
export interface PathParts {
  readonly parts: readonly string[];
  /** Whether the last one is a directory. */
  readonly isDirectory: boolean;
}

interface Line {
  /** Where its file lies. */
  readonly directory: string;
  readonly text: string;
  /** The part that it lets in; null where it keeps something out. */
  readonly opens: number | null;
}

interface Way {
  /** Each part down to this one is opened alone: what lies beside the next is kept out as it was. */
  readonly depth: number;
  /** One line keeps out everything further down, instead of one for each directory. */
  readonly deep: boolean;
  /** Negations that are there already let in what they match, once nothing further up is excluded. */
  readonly trusting: boolean;
  /** The ignore file inside an opened directory keeps out what lies there, and not the one further up. */
  readonly inside: boolean;
}

/**
 * Sets of lines that may let a path in and leave everything beside it as it is, those with the fewest lines first.
 * A directory that is let in lets in what lies in it, unless that is kept out again. Which of them does it depends on
 * what else is there and on the other rules: each has to be tried.
 */
export function waysIn(
  path: PathParts,
  standing: Standing,
  ignoreFiles: ReadonlySet<string>,
): readonly (readonly AddedLines[])[] {
  const first = standing.excluded;
  if (first === null) return [];
  const last = path.parts.length - 1;
  const depths = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const ways = depths.flatMap((depth): readonly Way[] => {
    const plain = { depth, trusting: false, inside: false, deep: false };
    const trusting = { ...plain, trusting: true };
    const usual = [trusting, plain, { ...plain, inside: true }];
    if (depth < last || last - first < 2) return usual;
    return [...usual, { ...trusting, deep: true }, { ...plain, deep: true }];
  });
  const sets = ways.map((way) => linesOf(path, standing, { way, first, ignoreFiles }));
  // git takes `logs/*`, and `*` in a file of that directory, to match `logs/` where it is asked so.
  const whole = path.isDirectory ? [everythingIn(path.parts[last] ?? "", placeOf(standing.decider))] : [];
  const placed = [...sets, ...whole].flatMap((lines) =>
    [true, false].map((near) => placedLines(lines, standing, near)),
  );
  const size = (set: readonly AddedLines[]) => set.reduce((sum, { add }) => sum + add.length, 0);
  return withoutRepeats(placed).toSorted((left, right) => size(left) - size(right));
}

function linesOf(
  path: PathParts,
  { winners }: Standing,
  { way, first, ignoreFiles }: Course,
): readonly Line[] {
  let place = "";
  return path.parts.slice(first).flatMap((name, index) => {
    const part = first + index;
    const rule = excluding(winners[part]);
    place = deeper(place, placeOf(rule));
    const end = part < path.parts.length - 1 || path.isDirectory ? "/" : "";
    const opening = { directory: place, text: `!${below(name, place)}${end}`, opens: part };
    const lines: Line[] = rule !== null || isKeptOut(way, part, winners) ? [opening] : [];
    if (part >= way.depth) return lines;
    place = deeper(place, way.inside && ignoreFiles.has(name) ? name : "");
    if (!way.deep || index === 0)
      lines.push({ directory: place, text: keptOut(name, place, way), opens: null });
    return lines;
  });
}

function everythingIn(path: string, place: string): readonly Line[] {
  const text = path === place ? "!**" : `!${below(path, place)}/**`;
  return [{ directory: place, text, opens: null }];
}

interface Course {
  readonly way: Way;
  /** The topmost part that is excluded. */
  readonly first: number;
  readonly ignoreFiles: ReadonlySet<string>;
}

const excluding = (winner: MatchedRule | null = null) => (winner?.negated === false ? winner : null);

/** Whether a line of the way itself keeps a part out, and no rule lets it in again. */
function isKeptOut({ depth, trusting }: Way, part: number, winners: Standing["winners"]): boolean {
  return part <= depth && !(trusting && winners[part]?.negated);
}

/** A rule from outside is answered at the top level, which outranks it. */
const placeOf = (rule: MatchedRule | null) => (rule === null || rule.source.outside ? "" : rule.directory);

/** All that lies in an opened directory, said in its own file or in one further up. */
function keptOut(path: string, place: string, { deep }: Way): string {
  const start = path === place ? "" : below(path, place).replace(/^\/?/, "/");
  return `${start}/${deep ? "**" : "*"}`;
}

const deeper = (one: string, other: string) => (other.length > one.length ? other : one);

const below = (path: string, directory: string) =>
  anchoredPattern(directory === "" ? path : path.slice(directory.length + 1));

/** Near: right below the rules that are to be outranked; otherwise at the end of the file. */
function placedLines(lines: readonly Line[], { winners }: Standing, near: boolean): readonly AddedLines[] {
  return [...new Set(lines.map(({ directory }) => directory))].map((directory) => {
    const own = lines.filter((line) => line.directory === directory);
    const outranked = own.flatMap(({ opens }) => {
      const winner = opens === null ? null : (winners[opens] ?? null);
      const isHere = winner !== null && !winner.source.outside && winner.directory === directory;
      return isHere ? [winner.source.line] : [];
    });
    const after = near && outranked.length > 0 ? Math.max(...outranked) : null;
    return { directory, after, add: own.map(({ text }) => text) };
  });
}

function withoutRepeats(sets: readonly (readonly AddedLines[])[]): readonly (readonly AddedLines[])[] {
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()];
}
