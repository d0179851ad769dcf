/** One step of a name's pattern: a character, one of some, any one, or any number of any. */
export type Step =
  | { readonly kind: "character"; readonly character: string }
  | {
      readonly kind: "class";
      readonly has: (character: string) => boolean;
      readonly samples: readonly string[];
    }
  | { readonly kind: "any" }
  | { readonly kind: "star" };

/** One part of a path, or any number of directories. */
export type Part = readonly Step[] | "directories";

/** A pattern of an ignore file as the parts of the paths that it matches, from the top level on. */
export interface Glob {
  readonly parts: readonly Part[];
  /** Written with a slash at its end: only directories match. */
  readonly directoryOnly: boolean;
  /** It has no slash but at its end, so it matches at every depth. */
  readonly floating: boolean;
}

/**
 * Reads a pattern (without `!`) of an ignore file in `directory` ("." is the top level). null for what has a meaning
 * that this does not know, such as an unclosed class. It proposes questions; git answers them.
 */
export function parseGlob(pattern: string, directory: string): Glob | null {
  const directoryOnly = pattern.endsWith("/");
  const body = directoryOnly ? pattern.slice(0, -1) : pattern;
  const anchored = body.includes("/");
  const written = (body.startsWith("/") ? body.slice(1) : body).split("/");
  const parts: Part[] = [...fixedParts(directory), ...(anchored ? [] : (["directories"] as const))];
  for (const [index, part] of written.entries()) {
    const last = index === written.length - 1;
    if (part === "**" && anchored) parts.push(...(last ? [STAR_PART] : []), "directories");
    else {
      const steps = stepsOf(part);
      if (steps === null || steps.length === 0) return null;
      parts.push(steps);
    }
  }
  const once = parts.filter((part, index) => part !== "directories" || parts[index - 1] !== part);
  return { parts: once, directoryOnly, floating: !anchored };
}

const STAR_PART: readonly Step[] = [{ kind: "any" }, { kind: "star" }];

/** The parts of a path that is just itself. */
function fixedParts(path: string): readonly Part[] {
  return path === "." ? [] : path.split("/").map((part) => [...part].map(exactly));
}

const exactly = (character: string): Step => ({ kind: "character", character });

function stepsOf(part: string): readonly Step[] | null {
  const characters = [...part];
  const steps: Step[] = [];
  for (let at = 0; at < characters.length; ) {
    const next = stepAt(characters, at);
    if (next === null) return null;
    const again = next.step.kind === "star" && steps.at(-1)?.kind === "star";
    if (!again) steps.push(next.step);
    at = next.end;
  }
  return steps;
}

function stepAt(
  characters: readonly string[],
  at: number,
): { readonly step: Step; readonly end: number } | null {
  const character = characters[at] ?? "";
  if (character === "?") return { step: { kind: "any" }, end: at + 1 };
  if (character === "*") return { step: { kind: "star" }, end: at + 1 };
  if (character === "\\") {
    const escaped = characters[at + 1];
    return escaped === undefined ? null : { step: exactly(escaped), end: at + 2 };
  }
  if (character !== "[") return { step: exactly(character), end: at + 1 };
  const end = classEnd(characters, at);
  const step = end === null ? null : classStep(characters.slice(at + 1, end).join(""));
  return end === null || step === null ? null : { step, end: end + 1 };
}

/** A `]` right after the `[` or `[!` is one of the class. */
function classEnd(characters: readonly string[], start: number): number | null {
  const first = /[!^]/.test(characters[start + 1] ?? "") ? start + 2 : start + 1;
  const end = characters.indexOf("]", first + 1);
  return end === -1 ? null : end;
}

function between(from: string, to: string): string {
  return String.fromCodePoint(((from.codePointAt(0) ?? 0) + (to.codePointAt(0) ?? 0)) >> 1);
}

/** Ranges and single characters; what needs more, such as `[[:alpha:]]`, is not known. */
function classStep(content: string): Step | null {
  if (/[[\\]/.test(content)) return null;
  const negated = /^[!^]/.test(content);
  const members = negated ? content.slice(1) : content;
  const ranges = [...members.matchAll(/(.)-(.)|(.)/gsu)].map(([, from, to, one = ""]): [string, string] =>
    from !== undefined && to !== undefined ? [from, to] : [one, one],
  );
  const listed = (character: string) => ranges.some(([from, to]) => from <= character && character <= to);
  const has = (character: string) => listed(character) !== negated;
  const ends = negated ? [..."qaZ0_"] : ranges.flatMap(([from, to]) => [from, between(from, to), to]);
  return { kind: "class", has, samples: [...new Set(ends.filter(has))] };
}
