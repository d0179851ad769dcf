/** Latin letters, and the Cyrillic ones that nobody can tell from them. */
const TWINS = new Map([
  ["a", "\u0430"],
  ["c", "\u0441"],
  ["e", "\u0435"],
  ["o", "\u043e"],
  ["p", "\u0440"],
  ["x", "\u0445"],
  ["y", "\u0443"],
  ["s", "\u0455"],
  ["i", "\u0456"],
]);

/** A path whose last name looks like that of another; null where it has no letter for it, or is not UTF-8. */
export function lookAlike(path: string): string | null {
  if (path.startsWith('"')) return null;
  const name = path.lastIndexOf("/") + 1;
  const at = [...path].findIndex((letter, index) => index >= name && TWINS.has(letter));
  if (at < 0) return null;
  return [...path].map((letter, index) => (index === at ? (TWINS.get(letter) ?? letter) : letter)).join("");
}
