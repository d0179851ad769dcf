/** What the escapes in a text stand for, as JSON and its kin write them: `\n`, `\u0041`, `\"`. */
export interface Unescaped {
  readonly text: string;
  /** Of the n-th escape: where it begins and ends in the text as written, and where its character is in `text`. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly positions: readonly number[];
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

const ESCAPE = /\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|["'\\/bfnrt])/g;

const CONTROLS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** null where there is no escape in it. */
export function unescaped(written: string): Unescaped | null {
  if (!written.includes("\\")) return null;
  const starts: number[] = [];
  const ends: number[] = [];
  const positions: number[] = [];
  let text = "";
  let done = 0;
  for (const { index, 0: found } of written.matchAll(ESCAPE)) {
    text += written.slice(done, index);
    done = index + found.length;
    starts.push(index);
    ends.push(done);
    positions.push(text.length);
    text += characterOf(found);
  }
  return starts.length === 0 ? null : { text: text + written.slice(done), starts, ends, positions };
}

function characterOf(written: string): string {
  const kind = written.charAt(1);
  if (kind === "u" || kind === "x") return String.fromCharCode(Number.parseInt(written.slice(2), 16));
  return CONTROLS[kind] ?? kind;
}

/** Where a range of the unescaped text is in the text as written. It takes whole escapes. */
export function asWritten(unescaped: Unescaped, { start, end }: Range): Range {
  return {
    start: characterAsWritten(unescaped, start).start,
    end: characterAsWritten(unescaped, end - 1).end,
  };
}

function characterAsWritten({ starts, ends, positions }: Unescaped, position: number): Range {
  const before = lastUpTo(positions, position);
  if (positions[before] === position) return { start: starts[before] ?? 0, end: ends[before] ?? 0 };
  const start = (ends[before] ?? 0) + position - (before === -1 ? 0 : (positions[before] ?? 0) + 1);
  return { start, end: start + 1 };
}

/**
 * A range of the text as written that does not part an escape: what would be left of it might be another one, or
 * the end of a string. One that it begins within is taken in, one that it ends within is left out.
 */
export function withoutParting({ starts, ends }: Unescaped, { start, end }: Range): Range {
  const escapeAround = (place: number) => {
    const index = lastUpTo(starts, place - 1);
    return place < (ends[index] ?? 0) ? (starts[index] ?? place) : place;
  };
  return { start: escapeAround(start), end: Math.max(escapeAround(end), start + 1) };
}

/** The index of the last number that is not above the limit; -1 where all are. The numbers ascend. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
