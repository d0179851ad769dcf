/** `*` matches anything, also nothing and slashes; everything else is literal (`[` is common in test ids). */
export function matchesWildcard(text: string, pattern: string): boolean {
  return matchesParts(text, pattern.split("*"));
}

/** A pattern over test ids: as above, and `\*` is a star. A backslash before anything else is one itself. */
export function matchesTestId(id: string, pattern: string): boolean {
  return matchesParts(id, starsOf(pattern).split("*").map(withStars));
}

/** What stands between the stars of a pattern, in this order. Of the text no copy is made: an id may be enormous. */
function matchesParts(text: string, [first = "", ...rest]: readonly string[]): boolean {
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

/** Whether every test id that the narrow pattern matches is one of the wide pattern's. */
export function coversTestIds(narrow: string, wide: string): boolean {
  return matchesWildcard(starsOf(narrow), starsOf(wide));
}

/** The pattern that matches this id alone. */
export function patternOfTestId(id: string): string {
  return id.replaceAll("*", "\\*");
}

/** gate.yaml holds none. */
const STAR = "\0";

function starsOf(pattern: string): string {
  return pattern.replaceAll("\\*", STAR);
}

function withStars(part: string): string {
  return part.replaceAll(STAR, "*");
}
