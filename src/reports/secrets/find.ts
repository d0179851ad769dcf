import type { SecretRule } from "../../config/secret-rules.ts";
import { asWritten, type Range, type Unescaped, unescaped, withoutParting } from "./escapes.ts";
import { isMarker } from "./marker.ts";
import { type RuleMatch, scanAll, scanWith } from "./rules.ts";

/** What looks like a secret. */
export interface Secret {
  readonly rule: SecretRule;
  /** As the rule read it, without escapes. Never to be shown. */
  readonly text: string;
  /** Where it is in the text as written. */
  readonly start: number;
  readonly end: number;
  /** Where what gave it away begins. */
  readonly from: number;
}

/** JSON in a string of JSON in a string of JSON. */
const DEEPEST = 3;

/** Longer than whatever follows the scheme in a match. */
const LONGEST_LOCATOR = 2048;

/** Blanks and backslashes around a string. */
const LONGEST_BREAK = 64;

/** Everything in a text that looks like a secret, also where it is written with escapes. */
export function findSecrets(written: string): readonly Secret[] {
  const layers: Unescaped[] = [];
  const found: Secret[] = [];
  for (let text = written; ; ) {
    const below = unescaped(text);
    for (const match of scanAll(text).flatMap((one) => separated(one, text))) {
      const whole = below === null ? match : { ...match, ...withoutParting(below, match) };
      found.push({ ...placed(whole, layers), text: text.slice(match.start, match.end) });
    }
    if (below === null || layers.length === DEEPEST) return found;
    layers.push(below);
    text = below.text;
  }
}

function placed({ rule, from, start, end }: RuleMatch, layers: readonly Unescaped[]): Omit<Secret, "text"> {
  const inFile = (range: Range) => layers.reduceRight((upper, layer) => asWritten(layer, upper), range);
  return { rule, ...inFile({ start, end }), from: inFile({ start: from, end: from + 1 }).start };
}

/**
 * The rules about URLs read on to the next blank: over the end of a JSON string, and over the next URL. Where what
 * comes before such a place is a secret by itself, it is one that ends there.
 */
function separated(match: RuleMatch, text: string): readonly RuleMatch[] {
  const secret = text.slice(match.start, match.end);
  if (isMarker(secret)) return [];
  const schemes = [...secret.matchAll(SCHEME)].flatMap(({ index }) =>
    index === 0 ? [] : [match.start + index],
  );
  const [next] = schemes;
  if (next === undefined) return withinQuotes(match, text);
  const first = scanFrom(match.rule, text, match.from, next);
  const rest = schemes.flatMap((at, index) =>
    scanFrom(match.rule, text, at, schemes[index + 1] ?? at + LONGEST_LOCATOR),
  );
  return [...(first.length === 0 ? [match] : first), ...rest].flatMap((one) => withinQuotes(one, text));
}

const SCHEME = /(?<![a-z+:])(?:jdbc:)?[a-z][a-z+]*:\/\//gi;

/** Up to the first quotation mark, where that is a secret by itself, or where a string ends there. */
function withinQuotes(match: RuleMatch, text: string): readonly RuleMatch[] {
  const quote = text.indexOf('"', match.start);
  if (quote === -1 || quote >= match.end) return [match];
  const head = scanFrom(match.rule, text, match.from, quote);
  return head.length > 0 || isStringAround(text, match.start, quote) ? head : [match];
}

/** A string that begins before the place, on its line, and ends with the quotation mark; also one in a string. */
function isStringAround(text: string, place: number, quote: number): boolean {
  const before = text.slice(text.lastIndexOf("\n", place - 1) + 1, place);
  const opening = before.lastIndexOf('"');
  return (
    opening !== -1 &&
    /(?:^|[[{(:,=\s])\\*$/.test(before.slice(Math.max(0, opening - LONGEST_BREAK), opening)) &&
    /^"\s*(?:[,:}\])]|$)/.test(text.slice(quote, quote + LONGEST_BREAK))
  );
}

function scanFrom(rule: SecretRule, text: string, from: number, to: number): readonly RuleMatch[] {
  const part = text.slice(from, to);
  return scanWith(rule, part)
    .filter(({ start, end }) => !isMarker(part.slice(start, end)))
    .map((one) => ({ rule, from: one.from + from, start: one.start + from, end: one.end + from }));
}
