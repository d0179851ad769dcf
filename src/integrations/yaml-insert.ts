import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { err, ok, type Result } from "../result.ts";
import { lineEndOf } from "./lines.ts";
import { nestsTooDeep } from "./yaml-depth.ts";

export interface YamlItem {
  /** Keys that lead to the map or list that gets the item. */
  readonly path: readonly string[];
  /** The item's key; null in a list. */
  readonly key: string | null;
  readonly value: unknown;
  /** Lines of comment above it. */
  readonly comments: readonly string[];
}

/**
 * Adds an item at the end of a map or list. All the rest keeps every byte where the collection is written as
 * a block; otherwise the document is written anew, with its comments.
 */
export function withYamlItem(text: string, item: YamlItem): Result<string, string> {
  const changed = changedDocument(text, item);
  if (!changed.ok) return changed;
  const { inserted, document } = changed.value;
  return ok(inserted ?? document.toString({ lineWidth: 0 }).replaceAll("\n", lineEndOf(text)));
}

/** The same where all the rest can keep every byte, and refused where it cannot. */
export function insertYamlItem(text: string, item: YamlItem): Result<string, string> {
  const changed = changedDocument(text, item);
  if (!changed.ok) return changed;
  const { inserted } = changed.value;
  return inserted === null ? err("has a form that cannot be added to without writing it anew") : ok(inserted);
}

interface Changed {
  readonly document: Document;
  /** null where the collection cannot be added to in its place. */
  readonly inserted: string | null;
}

function changedDocument(text: string, item: YamlItem): Result<Changed, string> {
  if (nestsTooDeep(text)) return err("is nested deeper than anybody's settings");
  const document = parseDocument(text);
  const broken = document.errors[0];
  if (broken !== undefined) return err(`is not valid YAML (line ${broken.linePos?.[0].line ?? 1})`);
  const changed = document.clone();
  const expected = addTo(changed, item);
  if (!expected.ok) return expected;
  const content = plainValue(changed);
  if (content === null) return err("is not valid YAML (it repeats itself without end)");
  const inserted = insert(text, document, item);
  const kept = inserted !== null && isDeepStrictEqual(readYaml(inserted), content);
  return ok({ document: changed, inserted: kept ? inserted : null });
}

/** What a document says; null where it is no YAML. */
export function readYaml(text: string): unknown {
  if (nestsTooDeep(text)) return null;
  const document = parseDocument(text);
  return document.errors.length > 0 ? null : plainValue(document);
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
}

function addTo(document: Document, { path, key, value }: YamlItem): Result<null, string> {
  const steps = [...path.keys()].map((length) => at(document, path.slice(0, length)));
  const place = at(document, path);
  const fits = isVacant(place) || (key === null ? isSeq(place) : isMap(place));
  const leads = (step: unknown, key = "") => isMap(step) || (isSeq(step) && /^\d+$/.test(key));
  if (!fits || !steps.every((step, index) => isVacant(step) || leads(step, path[index]))) {
    return err(`has another form than expected${path.length === 0 ? "" : ` at "${path.join(".")}"`}`);
  }
  if (isMap(place) && key !== null) place.set(key, document.createNode(value));
  else if (isSeq(place)) place.add(document.createNode(value));
  else document.setIn(path, document.createNode(key === null ? [value] : { [key]: value }));
  return ok(null);
}

/** Nodes have types of their own in the library; what counts here is only their kind. */
function at(document: Document, path: readonly string[]): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

const isVacant = (node: unknown) =>
  node === null || node === undefined || (isScalar(node) && node.value === null);

function insert(text: string, document: Document, item: YamlItem): string | null {
  const place = at(document, item.path);
  if (!isCollection(place) || !(isMap(place) || isSeq(place))) return null;
  if (place.flow === true) return insertBetweenBraces(text, place, item);
  const first = startOfItem(place);
  const end = endOfItem(place.items.at(-1));
  if (first === null || end === null) return null;
  const lineEnd = lineEndOf(text);
  const lineStart = text.lastIndexOf("\n", first - 1) + 1;
  const margin = text.slice(lineStart, first);
  const column = isSeq(place) ? margin.lastIndexOf("-") : margin.length;
  if (column < 0) return null;
  const gap = isSeq(place) ? margin.length - column - 1 : 0;
  const lines = itemLines(item, gap).map((line) => `${" ".repeat(column)}${line}${lineEnd}`);
  const here = endOfLine(text, end);
  const before = text.slice(0, here);
  return `${before}${before.endsWith("\n") ? "" : lineEnd}${lines.join("")}${text.slice(here)}`;
}

/** `{ a: 1 }` and `[a]`: behind the last one, on its line. */
function insertBetweenBraces(
  text: string,
  place: YAMLMap | YAMLSeq,
  { key, value }: YamlItem,
): string | null {
  const end = endOfItem(place.items.at(-1));
  if (end === null) return null;
  const written = key === null ? JSON.stringify(value) : `${key}: ${JSON.stringify(value)}`;
  return `${text.slice(0, end)}, ${written}${text.slice(end)}`;
}

function itemLines({ key, value, comments }: YamlItem, gap: number): readonly string[] {
  const written = stringify(key === null ? value : { [key]: value }, { lineWidth: 0 }).trimEnd();
  const [head = "", ...rest] = written.split("\n");
  const above = comments.map((line) => `# ${line}`);
  if (key !== null) return [...above, head, ...rest];
  return [...above, `-${" ".repeat(gap)}${head}`, ...rest.map((line) => `${" ".repeat(gap + 1)}${line}`)];
}

function startOfItem(place: YAMLMap | YAMLSeq): number | null {
  const [first] = place.items;
  const node = isPair(first) ? first.key : first;
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function endOfItem(item: unknown): number | null {
  const value = isPair(item) ? item.value : item;
  if (isNode(value) && value.range) return value.range[1];
  return isPair(item) && isNode(item.key) ? (item.key.range?.[1] ?? null) : null;
}

/** The start of the line after the last character before `end` that is not blank. */
function endOfLine(text: string, end: number): number {
  const last = text.slice(0, end).trimEnd().length;
  const newline = text.indexOf("\n", last);
  return newline === -1 ? text.length : newline + 1;
}
