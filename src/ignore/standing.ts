import { byRank, type MatchedRule } from "./matched-rules.ts";

/** What a matching rule does about the path. */
export type RuleRole =
  /** It decides: the path is ignored. */
  | "ignores"
  /** It decides: a directory above the path is excluded, and git does not look inside. */
  | "excludes-directory"
  /** It decides: the path is not ignored. */
  | "lets-in"
  /** A negation that lets a directory above the path in. */
  | "lets-directory-in"
  /** A negation that would let the path in, or a directory above it, were it not for an excluded one further up. */
  | "blocked"
  /** It would ignore the path if the deciding rule did not. */
  | "matches"
  /** A stronger rule matches the same. */
  | "outranked";

export interface RoledRule extends MatchedRule {
  readonly role: RuleRole;
  /** The part of the path that the role is about. */
  readonly part: number;
  /** The rule that outranks or blocks it. */
  readonly by: MatchedRule | null;
}

/** What the matching rules come to, by the precedence that git gives them. */
export interface Standing {
  /** The rule that git names. */
  readonly decider: MatchedRule;
  /** The topmost part that it excludes; null where it lets the path in. */
  readonly excluded: number | null;
  /** The strongest rule that matches each part by itself. */
  readonly winners: readonly (MatchedRule | null)[];
}

/** `strongest` are the rules that nothing outranks for some part. null where they come to something else than git's answer. */
export function standingOf(
  strongest: readonly MatchedRule[],
  count: number,
  named: MatchedRule,
): Standing | null {
  const last = count - 1;
  const decider = strongest.find(({ source }) => source === named.source) ?? { ...named, parts: [last] };
  const ranked = strongest.toSorted(byRank);
  const winners = Array.from({ length: count }, (_, part) => {
    return ranked.findLast(({ parts }) => parts.includes(part)) ?? null;
  });
  const directory = winners.slice(0, last).findIndex((rule) => rule !== null && !rule.negated);
  if (directory !== -1 && winners[directory]?.source !== decider.source) return null;
  // Some rules match `a/`, where it is asked so, and others the directory `a`: git's word holds.
  if (directory === -1) winners[last] = decider;
  const own = decider.negated ? null : last;
  return { decider, winners, excluded: directory === -1 ? own : directory };
}

/** Whether an excluded directory keeps a negation from working. */
export function isBlocked({ excluded, winners }: Standing): boolean {
  return excluded !== null && winners.some((rule, part) => part > excluded && rule?.negated === true);
}

/** What each rule that matches does, the weakest first. */
export function rolesOf(rules: readonly MatchedRule[], standing: Standing): readonly RoledRule[] {
  const { decider } = standing;
  const known = rules.some(({ source }) => source === decider.source);
  const all = known ? rules : [...rules, decider].toSorted(byRank);
  return all.map((rule) => roled(rule, standing));
}

function roled(rule: MatchedRule, { decider, excluded, winners }: Standing): RoledRule {
  const last = winners.length - 1;
  if (rule.source === decider.source) return { ...rule, ...deciding(excluded, last), by: null };
  const won = rule.parts.filter((part) => winners[part]?.source === rule.source);
  const part = won.at(-1);
  if (part === undefined) {
    const lost = rule.parts.at(-1) ?? last;
    return { ...rule, role: "outranked", part: lost, by: winners[lost] ?? null };
  }
  if (!rule.negated) return { ...rule, role: "matches", part, by: null };
  const isBelow = excluded !== null && part > excluded;
  if (isBelow) return { ...rule, role: "blocked", part, by: decider };
  return { ...rule, role: "lets-directory-in", part, by: null };
}

function deciding(excluded: number | null, last: number): Pick<RoledRule, "role" | "part"> {
  if (excluded === null) return { role: "lets-in", part: last };
  return { role: excluded < last ? "excludes-directory" : "ignores", part: excluded };
}
