import type { IgnoreAnswer, IgnoreRule } from "../adapters/git/ignore.ts";
import { type Problem, problem } from "../problem.ts";
import { kindsOf, type WrittenReports } from "../reports/reports-place.ts";

/** The reports that one rule keeps out of every commit. */
export interface LostReports {
  readonly rule: IgnoreRule;
  /** The suites that write them; never empty. */
  readonly suites: readonly string[];
  /** Never empty; those of a manifest come first. */
  readonly paths: readonly string[];
}

/** What is lost by which rule, in the order of the paths. */
export function lostReports(
  written: readonly WrittenReports[],
  answers: readonly IgnoreAnswer[],
): readonly LostReports[] {
  const suiteOf = new Map(written.flatMap(({ suite, paths }) => paths.map((path) => [path, suite] as const)));
  const byRule = new Map<string, { rule: IgnoreRule; suites: Set<string>; paths: string[] }>();
  for (const { path, rule, ignored } of answers) {
    const suite = suiteOf.get(path);
    if (!ignored || rule === null || suite === undefined) continue;
    const key = `${rule.line} ${rule.file}`;
    const lost = byRule.get(key) ?? { rule, suites: new Set(), paths: [] };
    byRule.set(key, lost);
    lost.suites.add(suite);
    lost.paths.push(path);
  }
  return [...byRule.values()].map(({ rule, suites, paths }) => ({ rule, suites: [...suites], paths }));
}

/** What finding the lines takes: of each rule a few paths of each kind. A manifest may list ten thousand. */
export function samplesOf(lost: readonly LostReports[]): readonly string[] {
  return lost.flatMap(({ paths }) => kindsOf(paths));
}

/** Lines that let them in, by the ignore file that they belong in. */
export type AddedLines = ReadonlyMap<string, readonly string[]>;

export function lostProblem({ rule, suites, paths }: LostReports, added: AddedLines): Problem {
  const [first = ""] = paths;
  const more = paths.length === 1 ? "" : ` and ${paths.length - 1} more`;
  const message = `${rule.pattern} keeps ${first}${more} out of every commit.`;
  const [suite = null] = suites;
  return problem("ignored-report", message, {
    path: rule.file,
    line: rule.line,
    suite: suites.length === 1 ? suite : null,
    hint: hintOf(added),
  });
}

const MOST_LINES = 4;

function hintOf(added: AddedLines): string {
  if (added.size === 0) return "Take the rule away, or move the reports:  reports: in gate.yaml";
  const texts = [...added].map(([file, lines]) => {
    const shown = lines.slice(0, MOST_LINES).join("  and  ");
    const rest = lines.length > MOST_LINES ? `  and ${lines.length - MOST_LINES} more` : "";
    return `${shown}${rest}  to ${file}`;
  });
  return `gate check --fix   adds  ${texts.join(",  ")}`;
}
