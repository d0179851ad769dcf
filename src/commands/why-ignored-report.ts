import type { IgnoreRule } from "../adapters/git/ignore.ts";
import { faithfulText } from "../adapters/git/paths.ts";
import type { Explanation } from "../ignore/explain.ts";
import type { JudgedPath, Obstacle } from "../ignore/judged-paths.ts";
import type { MatchedRule } from "../ignore/matched-rules.ts";
import { isBlocked, type RoledRule, type Standing } from "../ignore/standing.ts";
import type { ObstacleReport, PathReport, RuleReport } from "./why-ignored-document.ts";

interface RuleReporter {
  /** What git has said, and no more. */
  readonly bare: (given: string, judged: JudgedPath) => PathReport;
  readonly full: (given: string, judged: JudgedPath, explanation: Explanation) => PathReport;
}

/** Turns what was found, which is bytes as Latin-1 text, into the text of the document. */
export function ruleReporter(): RuleReporter {
  const known = new Map<IgnoreRule, IgnoreRule>();
  const ruleOf = (rule: IgnoreRule | null) => {
    if (rule === null) return null;
    const found = known.get(rule) ?? inText(rule);
    known.set(rule, found);
    return found;
  };
  const bare = (given: string, { ignored, tracked, rule, obstacle }: JudgedPath): PathReport => ({
    path: given,
    ignored,
    tracked,
    rule: ruleOf(rule),
    blockedBy: null,
    fix: [],
    rules: rule === null ? [] : null,
    tried: null,
    obstacle: obstacle === null ? null : obstacleOf(obstacle),
  });
  return {
    bare,
    full: (given, judged, explanation) => ({ ...bare(given, judged), ...details(judged, explanation) }),
  };
}

function details(
  { ignored }: JudgedPath,
  { standing, parts, admission, neighbours, obstacle, ...explanation }: Explanation,
): Pick<PathReport, "blockedBy" | "fix" | "rules" | "tried" | "obstacle"> {
  const none: ObstacleReport | null =
    ignored && admission === null ? { kind: "no-lines-found", at: null } : null;
  return {
    blockedBy: standing === null ? null : blockIn(standing, parts),
    fix: (admission ?? []).map(({ file, after, add }) => ({
      ...{ file: faithfulText(file), after, add: add.map(faithfulText) },
    })),
    rules: standing === null ? null : explanation.rules.map((rule) => reportOfRule(rule, parts)),
    tried: admission === null ? null : neighbours,
    obstacle: obstacle === null ? none : obstacleOf(obstacle),
  };
}

function blockIn(standing: Standing, parts: readonly string[]): PathReport["blockedBy"] {
  const { excluded, decider } = standing;
  if (excluded === null || !isBlocked(standing)) return null;
  return { directory: faithfulText(parts[excluded] ?? ""), ...inText(named(decider)) };
}

function reportOfRule(rule: RoledRule, parts: readonly string[]): RuleReport {
  const { role, part, by } = rule;
  const place = by === null ? null : inText(named(by));
  return {
    ...inText(named(rule)),
    role,
    matches: faithfulText(parts[part] ?? ""),
    by: place === null ? null : { file: place.file, line: place.line },
  };
}

const named = ({ source, pattern }: MatchedRule): IgnoreRule => ({
  ...{ file: source.file, line: source.line, pattern },
});

function inText({ file, line, pattern }: IgnoreRule): IgnoreRule {
  return { file: faithfulText(file), line, pattern: faithfulText(pattern) };
}

const obstacleOf = ({ kind, at }: Obstacle): ObstacleReport => ({ kind, at: faithfulText(at) });
