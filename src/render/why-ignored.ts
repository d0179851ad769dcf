import type {
  Fix,
  ObstacleReport,
  PathReport,
  RuleReport,
  WhyIgnoredDocument,
} from "../commands/why-ignored-document.ts";
import { oneLine, singleLined } from "./printable.ts";

/** For each path what git does with it, the rules that say so, and what to add. */
export function renderWhyIgnored({ paths }: WhyIgnoredDocument): string {
  const blocks = paths.map(renderPath);
  const text = blocks.join(blocks.some((block) => block.includes("\n")) ? "\n\n" : "\n");
  const unexplained = paths.some(({ rules }) => rules === null);
  return unexplained && paths.length > 1 ? `${text}\n\n${SHORT}` : text;
}

const SHORT = "Ask about fewer paths at once to see the other rules that match, and what to add.";

function renderPath(report: PathReport): string {
  if (report.rules === null || report.rules.length === 0) return renderShort(report);
  const { rules, fix, ...rest } = singleLined(report);
  return [
    standing(rest),
    ...aligned(rules ?? []),
    ...(rest.ignored && rest.tracked ? [KEPT] : []),
    ...fix.flatMap((one, index) => renderFix(one, index === 0 ? `${outranked(rest)}${triedOn(rest)}` : "")),
    ...renderObstacle(rest.obstacle),
  ].join("\n");
}

/** There may be thousands of these. */
function renderShort({ path, rule, obstacle, ignored, tracked }: PathReport): string {
  const by = rule === null ? "" : `: ${oneLine(`${rule.file}:${rule.line}  ${rule.pattern}`)}`;
  const line = `${standing({ path: oneLine(path), rule, obstacle, ignored, tracked })}${by}`;
  return obstacle === null ? line : [line, ...renderObstacle(singleLined(obstacle))].join("\n");
}

const KEPT = "git goes on tracking it; new files that the rule matches would be left out.";

type Verdict = Pick<PathReport, "path" | "ignored" | "tracked" | "rule" | "obstacle">;

function standing({ path, ignored, tracked, rule, obstacle }: Verdict): string {
  const isElsewhere = obstacle?.kind === "submodule" || obstacle?.kind === "symbolic-link";
  if (isElsewhere) return `${path} is not for this repository to track`;
  if (ignored) return `${path} is ignored, ${tracked ? "but tracked all the same" : "and not tracked"}`;
  const why = rule === null ? "no rule matches it" : "a negation lets it in";
  return `${path} is not ignored (${why}), ${tracked ? "and tracked" : "and not tracked yet"}`;
}

function aligned(rules: readonly RuleReport[]): readonly string[] {
  const places = rules.map(({ file, line }) => `${file}:${line}`);
  const placeWidth = Math.max(...places.map(({ length }) => length));
  const patternWidth = Math.max(...rules.map(({ pattern }) => pattern.length));
  return rules.map((rule, index) => {
    const place = (places[index] ?? "").padEnd(placeWidth);
    return `  ${place}   ${rule.pattern.padEnd(patternWidth)}   ${does(rule)}`;
  });
}

function does({ role, matches, by, file }: RuleReport): string {
  const other = by === null ? "" : by.file === file ? `line ${by.line}` : `${by.file}:${by.line}`;
  switch (role) {
    case "ignores":
      return "ignores it";
    case "excludes-directory":
      return `excludes the directory ${matches}; git does not look inside`;
    case "lets-in":
      return "lets it in";
    case "lets-directory-in":
      return `lets the directory ${matches} in`;
    case "blocked":
      return `would re-include ${matches}, but cannot: its parent is excluded by ${other}`;
    case "matches":
      return `matches ${matches}, too`;
    case "outranked":
      return `matches ${matches}, but ${other} outranks it`;
  }
}

function renderFix({ file, after, add }: Fix, note: string): readonly string[] {
  const place = after === null ? `at the end of ${file}` : `to ${file} after line ${after}`;
  return [`Add ${place}${note}:`, ...add.map((line) => `  ${line}`)];
}

/** Rules of a person or of a clone stay as they are: the repository's own stand above them. */
function outranked({ rule }: Pick<PathReport, "rule">): string {
  return rule === null || /(^|\/)\.gitignore$/.test(rule.file) ? "" : `, which outranks ${rule.file}`;
}

function triedOn({ tried, tracked }: Pick<PathReport, "tried" | "tracked">): string {
  if (tried === null) return "";
  const effect = tracked ? "no rule ignores it then" : "makes it tracked";
  if (tried.files === 0) return ` (tried: ${effect}, changes nothing else)`;
  const files = `${grouped(tried.files)} ${tried.files === 1 ? "file" : "files"}`;
  const reach = tried.complete ? `${files} in its reach` : `the first ${files} in its reach`;
  return ` (tried: ${effect}, changes nothing else among ${reach})`;
}

const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

function renderObstacle(obstacle: ObstacleReport | null): readonly string[] {
  if (obstacle === null) return [];
  const { kind, at } = obstacle;
  switch (kind) {
    case "git-directory":
      return [`  ${at} is git's own; git never tracks what lies in it.`];
    case "submodule":
      return [
        `  it lies in the submodule ${at}, whose own rules hold. Ask there:  gate -C ${at} why-ignored …`,
      ];
    case "nested-repository":
      return [
        `  it lies in another repository, ${at}, which git adds as a whole or not at all. Ask there:  gate -C ${at} why-ignored …`,
      ];
    case "symbolic-link":
      return [`  ${at} is a symbolic link; git tracks the link and nothing behind it.`];
    case "no-lines-found":
      return [
        "No lines were found that make it tracked and change nothing else. git add -f tracks it all the same.",
      ];
  }
}
