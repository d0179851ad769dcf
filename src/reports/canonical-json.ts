export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | ReadonlyMap<string, CanonicalValue>
  | { readonly [key: string]: CanonicalValue };

/**
 * JSON in one byte form: keys in the order of their UTF-8 bytes at every level, two spaces a level, strings
 * as JSON.stringify writes them, no final newline. Maps are written as objects, so that no key is special.
 */
export function canonicalJson(value: CanonicalValue, indent = ""): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const items = value.map((item) => inner + canonicalJson(item, inner));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  const members = value instanceof Map ? value : new Map(Object.entries(value));
  let text = "";
  for (const key of inByteOrder([...members.keys()])) {
    const member = canonicalJson(members.get(key) ?? null, inner);
    text += `${text === "" ? "" : ",\n"}${inner}${JSON.stringify(key)}: ${member}`;
  }
  return text === "" ? "{}" : `{\n${text}\n${indent}}`;
}

/**
 * Whether a text is `canonicalJson` of the value that it was parsed to. JSON.stringify writes the same form, many
 * times faster, but for keys that look like array indexes, which it puts first.
 */
export function isCanonicalJson(text: string, value: CanonicalValue): boolean {
  const compare = isPlain(text) ? byUnits : compareByBytes;
  return (
    (text === JSON.stringify(value, null, 2) && isInOrder(value, compare)) || text === canonicalJson(value)
  );
}

type Compare = (left: string, right: string) => number;

function isInOrder(value: CanonicalValue, compare: Compare): boolean {
  if (value === null || typeof value !== "object") return true;
  if (isList(value)) return value.every((item) => isInOrder(item, compare));
  return (
    isSorted(Object.keys(value), compare) && Object.values(value).every((item) => isInOrder(item, compare))
  );
}

/** What is read again is in order already. */
function inByteOrder(keys: readonly string[]): readonly string[] {
  const compare = isPlain(keys.join()) ? byUnits : compareByBytes;
  return isSorted(keys, compare) ? keys : keys.toSorted(compare);
}

function isSorted(keys: readonly string[], compare: Compare): boolean {
  return keys.every((key, index) => index === 0 || compare(keys[index - 1] ?? "", key) <= 0);
}

/** Nothing in it, nor in what JSON writes so, whose order in UTF-16 is not that of its bytes. */
const isPlain = (text: string) => !/[\ud800-\uffff]|\\ud[89a-f]/.test(text);

function byUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isList(value: CanonicalValue): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}

/** Orders strings as git orders paths: by their UTF-8 bytes, which `<` on UTF-16 does not do. */
export function compareByBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Surrogates stand for what lies above U+FFFF, and so sort after U+E000 to U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
