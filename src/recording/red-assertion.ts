import { isAbsolute, relative } from "node:path";

export interface Place {
  /** Relative to the top level where it lies below it. */
  readonly path: string;
  readonly line: number;
}

/** What a test said when it failed. */
export interface FailingAssertion {
  /** The first lines of it. */
  readonly lines: readonly string[];
  /** In the test's own file where that is known, else where it was raised. */
  readonly place: Place | null;
  /** The innermost frame, where that is another place. */
  readonly raised: Place | null;
}

const MOST_LINES = 3;
const LONGEST_LINE = 300;
/** A line that is longer holds data, and no place. */
const LONGEST_READ = 1000;

/** Reads a failure as pytest, node:test and most others write it; whatever it is, the first lines are there. */
export function failingAssertion(
  message: string | null,
  { file, topLevel }: { readonly file: string | null; readonly topLevel: string },
): FailingAssertion {
  const lines = (message ?? "").split("\n").map((line) => line.slice(0, LONGEST_READ).trimEnd());
  const places = lines.flatMap((line) => placeIn(line, topLevel) ?? []);
  const innermost = isStack(lines) ? places[0] : places.at(-1);
  const own = file === null ? undefined : places.findLast(({ path }) => isBelow(path, file));
  const place = file !== null && own !== undefined ? { path: file, line: own.line } : (innermost ?? null);
  const raised = innermost === undefined || innermost === own || same(innermost, place) ? null : innermost;
  return { lines: said(lines).map((line) => line.slice(0, LONGEST_LINE)), place, raised };
}

/** A runner that was started further down leaves the beginning of a path out. */
function isBelow(path: string, file: string): boolean {
  return path === file || file.endsWith(`/${path}`);
}

function same(one: Place, other: Place | null): boolean {
  return other !== null && one.path === other.path && one.line === other.line;
}

/** pytest marks what an exception says; of several that led to each other, the last is the one that surfaced. */
function said(lines: readonly string[]): readonly string[] {
  const marked = (line: string | undefined) => line !== undefined && /^E(?: {2,}|$)/.test(line);
  const end = lines.findLastIndex(marked);
  if (end >= 0) {
    const before = lines.slice(0, end + 1).findLastIndex((line) => !marked(line));
    const block = lines.slice(before + 1, end + 1).map((line) => line.replace(/^E */, ""));
    const first = block.filter((line) => line.trim() !== "").slice(0, MOST_LINES);
    if (first.length > 0) return first;
  }
  const frame = lines.findIndex((line) => FRAME_OF_NODE.test(line));
  const text = frame < 0 ? lines : lines.slice(0, frame);
  return text.filter((line) => line.trim() !== "").slice(0, MOST_LINES);
}

const FRAME_OF_NODE = /^\s+at .*?\(?(?:file:\/\/)?((?:[A-Za-z]:)?[^():]+):(\d+):\d+\)?$/;
/** `tests/test_a.py:12: AssertionError`, `tests/test_a.py:12: in test_b`, `tests/test_a.py:12:` before a gap. */
const LINE_OF_PYTEST = /^((?:[A-Za-z]:)?[^\s:][^:]*):(\d+):(?: (?:in )?[\w.<>[\]]+)?$/;
const FRAME_OF_PYTHON = /^\s+File "([^"]+)", line (\d+)/;

/** JavaScript names the innermost frame first, Python last. */
function isStack(lines: readonly string[]): boolean {
  return lines.some((line) => FRAME_OF_NODE.test(line));
}

function placeIn(line: string, topLevel: string): Place | null {
  for (const form of [LINE_OF_PYTEST, FRAME_OF_PYTHON, FRAME_OF_NODE]) {
    const [, path, number] = form.exec(line) ?? [];
    if (path !== undefined && number !== undefined) {
      return { path: below(path, topLevel), line: Number(number) };
    }
  }
  return null;
}

function below(path: string, topLevel: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(topLevel, path);
  return inside.startsWith("..") ? path : inside;
}
