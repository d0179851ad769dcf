import { isDeepStrictEqual } from "node:util";
import { findNodeAtLocation, type Node, type ParseError, parse, parseTree } from "jsonc-parser";
import { err, ok, type Result } from "../../../result.ts";
import { lineEndOf } from "../../lines.ts";
import { membersOf } from "../../members.ts";

export interface ListItem {
  /** Names that lead to the list. */
  readonly path: readonly [string, ...string[]];
  readonly item: string;
  /** What a list that is not there yet begins with. */
  readonly before?: readonly string[];
}

const TRAILING = { allowTrailingComma: true };

/** Adds an item at the end of a list in JSON, comments allowed. All the rest keeps every byte. */
export function withJsonItem(text: string | null, wanted: ListItem): Result<string, string> {
  const mark = text?.startsWith("\uFEFF") ? "\uFEFF" : "";
  const bare = (text ?? "").slice(mark.length);
  const vacant = bare.trim() === "";
  const before = vacant ? `{}${lineEndOf(bare)}` : bare;
  const errors: ParseError[] = [];
  const content: unknown = parse(before, errors, TRAILING);
  const tree = parseTree(before, [], TRAILING);
  if (errors.length > 0 || tree?.type !== "object") return err("is not valid JSON");
  const expected = withItem(content, wanted.path, wanted);
  if (expected === null) return err(`has another form than expected at "${wanted.path.join(".")}"`);
  const after = inserted(before, tree, wanted);
  if (!isDeepStrictEqual(plain(parse(after, [], TRAILING)), plain(expected))) {
    return err("says something twice, or has another form than expected");
  }
  return ok(`${mark}${after}`);
}

/** The parser makes its maps without a prototype in places; what counts is what they hold. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** null where something else is in the way. */
function withItem(content: unknown, [name, ...rest]: readonly string[], wanted: ListItem): unknown {
  if (name === undefined) {
    if (content === undefined) return [...(wanted.before ?? []), wanted.item];
    // an empty list may mean something else than one that is not there
    const fits = Array.isArray(content) && (content.length > 0 || (wanted.before ?? []).length === 0);
    return fits ? [...content, wanted.item] : null;
  }
  if (content !== undefined && (typeof content !== "object" || content === null || Array.isArray(content))) {
    return null;
  }
  const inner = withItem(membersOf(content)[name], rest, wanted);
  return inner === null ? null : { ...membersOf(content), [name]: inner };
}

function inserted(text: string, tree: Node, { path, item, before = [] }: ListItem): string {
  const list = findNodeAtLocation(tree, [...path]);
  if (list !== undefined) return withChild(text, list, () => JSON.stringify(item));
  const known = path.findLastIndex(
    (_, index) => findNodeAtLocation(tree, path.slice(0, index)) !== undefined,
  );
  const place = findNodeAtLocation(tree, path.slice(0, known)) ?? tree;
  return withChild(text, place, (style) => property(path.slice(known), [...before, item], style));
}

interface Style {
  /** Of the line that the child stands on; null: all on one line. */
  readonly margin: string | null;
  readonly step: string;
  readonly lineEnd: string;
}

function property([name = "", ...rest]: readonly string[], items: readonly string[], style: Style): string {
  const key = JSON.stringify(name);
  if (rest.length === 0) return `${key}: [${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  if (style.margin === null) return `${key}: { ${property(rest, items, style)} }`;
  const deeper = { ...style, margin: style.margin + style.step };
  const inner = property(rest, items, deeper);
  return `${key}: {${style.lineEnd}${deeper.margin}${inner}${style.lineEnd}${style.margin}}`;
}

/** Adds a child at the end of a map or list, in the style of what is there. */
function withChild(text: string, place: Node, write: (style: Style) => string): string {
  const lineEnd = lineEndOf(text);
  const step = /\n([ \t]+)/.exec(text)?.[1] ?? "  ";
  const outer = marginAt(text, place.offset);
  const last = place.children?.at(-1);
  if (last === undefined) return inEmpty(text, place, outer, write, { margin: outer + step, step, lineEnd });
  const end = last.offset + last.length;
  const oneLine = !text.slice(place.offset, last.offset).includes("\n");
  if (oneLine) return `${text.slice(0, end)}, ${write({ margin: null, step, lineEnd })}${text.slice(end)}`;
  const margin = marginAt(text, last.offset);
  const child = `${lineEnd}${margin}${write({ margin, step, lineEnd })}`;
  const [rest = ""] = /^[^\r\n]*/.exec(text.slice(end)) ?? [];
  // a comment behind the last child stays there
  const [tail, comma = ""] = /^\s*(,)?\s*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/\s*)?$/.exec(rest) ?? [];
  if (tail === undefined) return `${text.slice(0, end)},${child}${text.slice(end)}`;
  const separator = comma === "" ? "," : "";
  return `${text.slice(0, end)}${separator}${tail}${child}${comma}${text.slice(end + tail.length)}`;
}

function inEmpty(
  text: string,
  place: Node,
  outer: string,
  write: (style: Style) => string,
  style: Style & { readonly margin: string },
): string {
  const start = place.offset + 1;
  const end = place.offset + place.length - 1;
  if (place.type === "array")
    return `${text.slice(0, start)}${write({ ...style, margin: null })}${text.slice(start)}`;
  if (place.parent !== undefined && !text.trim().includes("\n")) {
    return `${text.slice(0, start)} ${write({ ...style, margin: null })} ${text.slice(end)}`;
  }
  const comments = text.slice(start, end).trimEnd();
  const child = `${style.lineEnd}${style.margin}${write(style)}${style.lineEnd}${outer}`;
  return `${text.slice(0, start)}${comments}${child}${text.slice(end)}`;
}

function marginAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}
