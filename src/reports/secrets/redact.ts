import type { SecretRule } from "../../config/secret-rules.ts";
import { findSecrets, type Secret } from "./find.ts";
import type { Found } from "./guard.ts";
import { excerptOf, markerOf } from "./marker.ts";

export interface Redacted {
  readonly text: string;
  readonly found: readonly Found[];
}

/** More than a secret can hide behind another. */
const MOST_ROUNDS = 20;

/**
 * The text with a marker in place of every secret, as many lines as before: nothing is left in it that a rule
 * would find. JSON stays JSON.
 */
export function redactSecrets(text: string, isAllowed: (secret: Secret) => boolean): Redacted {
  const found: Found[] = [];
  let current = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const secrets = refusedSecrets(current, isAllowed);
    if (secrets.length === 0) return { text: current, found: found.toSorted((a, b) => a.line - b.line) };
    const lineAt = lineCounter(current);
    found.push(
      ...secrets.map(({ rule, text: secret, start }) => ({
        rule,
        excerpt: excerptOf(secret),
        line: lineAt(start),
      })),
    );
    current = replaced(current, secrets);
  }
  throw new Error("a text holds what looks like a secret however often that is taken out");
}

/** Those that are not allowed, in order; of overlapping ones the first, with the end of the last. */
export function refusedSecrets(text: string, isAllowed: (secret: Secret) => boolean): readonly Secret[] {
  const all = findSecrets(text);
  if (all.length === 0) return all;
  const isSame = (one: Secret, other: Secret) =>
    one.rule === other.rule && one.start === other.start && one.end === other.end;
  const allowed = all.filter(isAllowed);
  const refused = all.filter((one) => !allowed.some((other) => isSame(one, other)));
  const merged: Secret[] = [];
  for (const one of refused.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || one.start >= last.end) merged.push(one);
    else {
      const from = Math.min(last.from, one.from);
      merged[merged.length - 1] = { ...last, from, end: Math.max(last.end, one.end) };
    }
  }
  return merged;
}

/** For places that ascend. */
function lineCounter(text: string): (place: number) => number {
  let line = 1;
  let counted = 0;
  return (place) => {
    for (let at = text.indexOf("\n", counted); at !== -1 && at < place; at = text.indexOf("\n", at + 1))
      line += 1;
    counted = Math.max(counted, place);
    return line;
  };
}

function replaced(text: string, secrets: readonly Secret[]): string {
  let written = "";
  let end = 0;
  for (const { rule, start, end: secretEnd } of secrets) {
    written += text.slice(end, start) + marked(rule, text.slice(start, secretEnd));
    end = secretEnd;
  }
  return written + text.slice(end);
}

/** What stands between two strings of JSON. */
const BETWEEN_STRINGS = /^[\s,:[\]{}]*(?:(?:true|false|null|-?\d[\d.eE+-]*)(?:[\s,:[\]{}]+|$))*$/;

const UNESCAPED_QUOTE = /(?<=(?<!\\)(?:\\\\)*)"/;

/** Where a match goes over the end of a string, the strings stay strings. */
function marked(rule: SecretRule, secret: string): string {
  return secret
    .split(UNESCAPED_QUOTE)
    .map((part, index) => (index > 0 && BETWEEN_STRINGS.test(part) ? part : markerWithLines(rule, part)))
    .join('"');
}

function markerWithLines(rule: SecretRule, part: string): string {
  return markerOf(rule) + "\n".repeat(part.split("\n").length - 1);
}
