import type { PlannedEdit } from "./edits.ts";

const CONTEXT = 3;

/**
 * What `diff -u` would show of an edit, in one hunk; a git setting is shown as the command that makes it.
 * It is for people: what a terminal would obey is spelled out.
 */
export function unifiedDiff(edit: PlannedEdit): string {
  return diffOf(edit).replaceAll(/[\0-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/g, spelledOut);
}

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
  return `--- ${from}\n+++ b/${shown}${mode}\n${hunk(edit.before ?? "", edit.after)}`;
}

function hunk(before: string, after: string): string {
  const old = splitLines(before);
  const now = splitLines(after);
  const head = commonLength(old, now);
  const tail = commonLength([...old.slice(head)].reverse(), [...now.slice(head)].reverse());
  const start = Math.max(0, head - CONTEXT);
  const end = Math.min(CONTEXT, tail);
  const lines = [
    ...old.slice(start, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - tail + end).map((line) => ` ${line}`),
  ];
  const oldCount = old.length - tail + end - start;
  const nowCount = now.length - tail + end - start;
  return `@@ -${range(start, oldCount)} +${range(start, nowCount)} @@\n${lines.join("")}`;
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
