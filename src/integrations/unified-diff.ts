import type { PlannedEdit } from "./edits.ts";

const CONTEXT = 3;

/**
 * What `diff -u` would show of an edit; a git setting is shown as the command that makes it.
 * It is for people: what a terminal would obey is spelled out.
 */
export function unifiedDiff(edit: PlannedEdit): string {
  return diffOf(edit).replaceAll(/[\0-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/g, spelledOut);
}

/** For a screen: line ends are the file's, which edits keep. */
export const onScreen = (diff: string) => diff.replaceAll("\r\n", "\n");

const spelledOut = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

function diffOf(edit: PlannedEdit): string {
  if (edit.kind === "config") {
    const was = edit.before === null ? "" : `   (was ${edit.before})`;
    return `git config ${edit.key} ${edit.after}${was}\n`;
  }
  const { shown } = edit.place;
  if (edit.shipped) return `${shown}   (a copy of gate's own hook)\n`;
  const mode = edit.kind === "create" && edit.executable ? "   (executable)" : "";
  const from = edit.before === null ? "/dev/null" : `a/${shown}`;
  return `--- ${from}\n+++ b/${shown}${mode}\n${hunks(edit.before ?? "", edit.after)}`;
}

/** A line of one text or of both. */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

function hunks(before: string, after: string): string {
  const lines = linesOfBoth(splitLines(before), splitLines(after));
  const near = (index: number) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ mark }) => mark !== " ");
  let text = "";
  for (let start = 0; start < lines.length; ) {
    let end = start;
    while (end < lines.length && near(end)) end += 1;
    if (end > start) text += hunk(lines, start, end);
    start = end + 1;
  }
  return text;
}

function hunk(lines: readonly DiffLine[], start: number, end: number): string {
  const count = (some: readonly DiffLine[], other: "-" | "+") =>
    some.filter(({ mark }) => mark !== other).length;
  const above = lines.slice(0, start);
  const own = lines.slice(start, end);
  const ranges = (["+", "-"] as const).map((other) => range(count(above, other), count(own, other)));
  return `@@ -${ranges[0]} +${ranges[1]} @@\n${own.map(({ mark, text }) => `${mark}${text}`).join("")}`;
}

/** Of longer parts that differ, it is not looked for what they have in common. */
const MOST_COMPARED = 2_000_000;

function linesOfBoth(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const head = commonLength(old, now);
  const tail = commonLength([...old.slice(head)].reverse(), [...now.slice(head)].reverse());
  const [left, right] = [old, now].map((all) => all.slice(head, all.length - tail));
  const marked = (mark: DiffLine["mark"], texts: readonly string[]) => texts.map((text) => ({ mark, text }));
  return [
    ...marked(" ", old.slice(0, head)),
    ...differing(left ?? [], right ?? [], marked),
    ...marked(" ", old.slice(old.length - tail)),
  ];
}

function differing(
  old: readonly string[],
  now: readonly string[],
  marked: (mark: DiffLine["mark"], texts: readonly string[]) => readonly DiffLine[],
): readonly DiffLine[] {
  if (old.length * now.length > MOST_COMPARED) return [...marked("-", old), ...marked("+", now)];
  const common = commonLengths(old, now);
  const at = (left: number, right: number) => common[left]?.[right] ?? 0;
  const lines: DiffLine[] = [];
  let [left, right] = [0, 0];
  while (left < old.length || right < now.length) {
    if (left < old.length && old[left] === now[right]) {
      lines.push(...marked(" ", old.slice(left, left + 1)));
      left += 1;
      right += 1;
    } else if (right >= now.length || (left < old.length && at(left + 1, right) >= at(left, right + 1))) {
      lines.push(...marked("-", old.slice(left, left + 1)));
      left += 1;
    } else {
      lines.push(...marked("+", now.slice(right, right + 1)));
      right += 1;
    }
  }
  return lines;
}

/** How many lines the rests of both have in common, from each line of the one and of the other. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let left = old.length - 1; left >= 0; left -= 1) {
    const [row = new Uint32Array(), below = row] = lengths.slice(left, left + 2);
    for (let right = now.length - 1; right >= 0; right -= 1) {
      const longer = Math.max(below[right] ?? 0, row[right + 1] ?? 0);
      row[right] = old[left] === now[right] ? (below[right + 1] ?? 0) + 1 : longer;
    }
  }
  return lengths;
}

/** Each line with its end, and diff's remark where the last one has none. */
function splitLines(text: string): readonly string[] {
  const lines = text.split(/(?<=\n)/).filter((line) => line !== "");
  return lines.map((line) => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`));
}

function commonLength(left: readonly string[], right: readonly string[]): number {
  const different = left.findIndex((line, index) => line !== right[index]);
  return different === -1 ? left.length : different;
}

const range = (start: number, count: number) => `${count === 0 ? start : start + 1},${count}`;
