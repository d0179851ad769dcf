import { isDeepStrictEqual } from "node:util";
import { patch, TomlFormat } from "@decimalturn/toml-patch";
import { parse, type TomlTable } from "smol-toml";
import { err, ok, type Result } from "../../../result.ts";
import { lineEndOf, linesOf } from "../../lines.ts";
import { membersOf } from "../../members.ts";

/** Changes what one name says. `change` gets what is there, undefined where nothing is, and says null where it will not. */
export interface TomlChange {
  readonly path: readonly [string, ...string[]];
  readonly change: (value: unknown) => string | readonly string[] | boolean | null;
}

/** Edits TOML; comments, order and formatting stay. Whatever would change more than one line is refused. */
export function withTomlChange(text: string | null, wanted: TomlChange): Result<string, string> {
  const before = text ?? "";
  const content = read(before.replace(/^\uFEFF/, ""));
  if (content === null) return err("is not valid TOML");
  const changed = changedAt(content, wanted.path, wanted.change);
  if (changed === null) return err(`has another form than expected at "${wanted.path.join(".")}"`);
  if (isDeepStrictEqual(content, changed)) return ok(before);
  const after = patched(before, changed);
  if (after === null || !isDeepStrictEqual(read(after.replace(/^\uFEFF/, "")), changed)) {
    return err("has a form that cannot be edited safely");
  }
  return linesChanged(before, after) > 1 ? err("has a form that cannot be edited safely") : ok(after);
}

/** A list with one item more; null for anything but a list of texts. */
export function withItem(item: string): TomlChange["change"] {
  return (value) => {
    if (value === undefined) return [item];
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) return null;
    return [...value, item];
  };
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function changedAt(content: unknown, path: readonly string[], change: TomlChange["change"]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change(content);
  if (content !== undefined && !isTable(content)) return null;
  const inner = changedAt(membersOf(content)[name], rest, change);
  return inner === null ? null : Object.assign(Object.create(null), content, { [name]: inner });
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function patched(before: string, changed: unknown): string | null {
  try {
    const spaced = /[=,]\s*[[{] \S/.test(before);
    const after = patch(before, changed, { ...TomlFormat.autoDetectFormat(before), bracketSpacing: spaced });
    const lineEnd = lineEndOf(before);
    return after.endsWith("\n") || (before !== "" && !before.endsWith("\n")) ? after : `${after}${lineEnd}`;
  } catch {
    return null;
  }
}

/** How many of the first text's lines are not in the second, in their order. */
function linesChanged(before: string, after: string): number {
  const found = linesOf(after);
  let at = 0;
  let lost = 0;
  for (const line of linesOf(before)) {
    const next = found.indexOf(line, at);
    if (next === -1) lost += 1;
    else at = next + 1;
  }
  return lost;
}
