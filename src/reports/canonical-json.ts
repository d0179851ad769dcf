type CanonicalValue =
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
    return bracketed(
      "[",
      value.map((item) => inner + canonicalJson(item, inner)),
      `${indent}]`,
    );
  }
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  entries.sort(([left], [right]) => compareByBytes(left, right));
  return bracketed(
    "{",
    entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${canonicalJson(item, inner)}`),
    `${indent}}`,
  );
}

function bracketed(open: string, lines: readonly string[], close: string): string {
  return lines.length === 0 ? open + close.trimStart() : `${open}\n${lines.join(",\n")}\n${close}`;
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
