import { dirname } from "node:path";
import type { IgnoreAnswer } from "../adapters/git/ignore.ts";
import { type Problem, warning } from "../problem.ts";
import { parseGlob, type Step } from "./glob.ts";
import type { IgnoreFiles } from "./mend.ts";
import { type RuleLine, ruleLines } from "./rule-lines.ts";
import { matchesPart } from "./witnesses.ts";

interface Reach {
  readonly file: string;
  readonly rule: RuleLine;
  /** The directories it excludes, and how many tracked files lie in each. */
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Rules such as `logs/` that match at every depth and exclude directories elsewhere in which tracked files lie: what
 * is tracked stays, a new file beside it is left out without a word. Where the comment above the rule names the
 * place, it is meant.
 */
export function strayRules(files: IgnoreFiles, tracked: readonly IgnoreAnswer[]): readonly Problem[] {
  const reaches = new Map<string, Map<string, number>>();
  for (const { path, rule, ignored } of tracked) {
    if (rule === null || !ignored || !files.has(rule.file)) continue;
    const place = excludedDirectory(path, rule);
    if (place === null) continue;
    const key = `${rule.line} ${rule.file}`;
    const places = reaches.get(key) ?? new Map<string, number>();
    reaches.set(key, places.set(place, (places.get(place) ?? 0) + 1));
  }
  return [...reaches].flatMap(([key, places]) => {
    const file = key.slice(key.indexOf(" ") + 1);
    const rule = ruleLines(files.get(file) ?? "").find(({ line }) => line === Number.parseInt(key, 10));
    return rule === undefined ? [] : complaints({ file, rule, places });
  });
}

/** The directory below the rule's own place that a rule without a slash matches; null for any other rule. */
function excludedDirectory(
  path: string,
  { file, pattern }: { readonly file: string; readonly pattern: string },
): string | null {
  const place = dirname(file);
  const glob = parseGlob(pattern, place);
  const name = glob?.parts.at(-1);
  if (glob === null || !glob.floating || !isName(name)) return null;
  const own = place === "." ? 0 : place.split("/").length;
  const parts = path.split("/");
  const at = parts.findIndex(
    (part, index) => index >= own && index < parts.length - 1 && matchesPart(name, part),
  );
  // Beside its own file a rule means what it says.
  return at <= own ? null : parts.slice(0, at + 1).join("/");
}

const isName = (part: unknown): part is readonly Step[] => Array.isArray(part);

function complaints({ file, rule, places }: Reach): readonly Problem[] {
  const unnamed = [...places].filter(([place]) => !isNamedIn(rule.comment, place));
  const [first] = unnamed;
  if (first === undefined) return [];
  const [place, count] = first;
  const others = unnamed.length === 1 ? "" : `, and ${unnamed.length - 1} more such directories`;
  const lie = count === 1 ? "1 tracked file lies" : `${count} tracked files lie`;
  const message = `${rule.pattern} matches at every depth: ${place} too, where ${lie}${others}. New files there are left out.`;
  const own = dirname(file) === "." ? "" : `${dirname(file)}/`;
  const anchored = `/${rule.pattern.replace(/^\*\*\//, "")}`;
  const hint = `If only the one beside ${file} is meant:  ${anchored},  else let it in below the rule:  !${place.slice(own.length)}/`;
  return [warning("rule-without-effect", message, { path: file, line: rule.line, hint })];
}

/** The place itself, or the name of the directory that it lies in. */
function isNamedIn(comment: string, place: string): boolean {
  const words = new Set(
    comment
      .toLowerCase()
      .split(/[^\w./-]+/)
      .map((word) => word.replace(/^[./]+|[./]+$/g, "")),
  );
  const parts = place.toLowerCase().split("/");
  return (
    parts.slice(0, -1).some((_, index) => words.has(parts.slice(0, index + 1).join("/"))) ||
    words.has(parts.join("/"))
  );
}
