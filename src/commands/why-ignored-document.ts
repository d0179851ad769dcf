import type { IgnoreRule } from "../adapters/git/ignore.ts";
import type { RuleRole } from "../ignore/standing.ts";
import type { Problem } from "../problem.ts";

export interface WhyIgnoredOptions {
  readonly paths: readonly string[];
  /** Read the paths from standard input, too: one a line, or one to a NUL. */
  readonly stdin: "no" | "lines" | "nul";
}

export interface WhyIgnoredDocument {
  readonly schema: "gate/why-ignored@1";
  readonly paths: readonly PathReport[];
  readonly problems: readonly Problem[];
}

export interface PathReport {
  /** As it was given; one that is not UTF-8 as git quotes it. */
  readonly path: string;
  /** Whether git leaves it out, were it not tracked. */
  readonly ignored: boolean;
  readonly tracked: boolean;
  /** What git itself names; null where nothing matches. */
  readonly rule: IgnoreRule | null;
  /** The excluded directory that keeps a negation from working. */
  readonly blockedBy: (IgnoreRule & { readonly directory: string }) | null;
  /** The lines that make git track it, and change nothing else; none where there are none, or none were tried. */
  readonly fix: readonly Fix[];
  /** All rules that match, the weakest first; null where they were not looked for, because there are too many paths. */
  readonly rules: readonly RuleReport[] | null;
  /** What the lines of `fix` were tried on. */
  readonly tried: { readonly files: number; readonly complete: boolean } | null;
  readonly obstacle: ObstacleReport | null;
}

export interface Fix {
  readonly file: string;
  /** The line below which to add; null for the end. */
  readonly after: number | null;
  readonly add: readonly string[];
}

export interface RuleReport extends IgnoreRule {
  readonly role: RuleRole;
  /** The path or the directory above it that the rule matches. */
  readonly matches: string;
  /** The rule that outranks or blocks it. */
  readonly by: { readonly file: string; readonly line: number } | null;
}

/** Why there are no lines that would make git track the path. */
export interface ObstacleReport {
  readonly kind: "git-directory" | "submodule" | "nested-repository" | "symbolic-link" | "no-lines-found";
  /** Where that begins; null where it is about the path as a whole. */
  readonly at: string | null;
}
