import { asNegation } from "./patterns.ts";
import type { RuleFiles, SourceLine } from "./rule-sources.ts";
import type { AskRules, NamedLine, Question } from "./scratch-rules.ts";

/** A rule that matches a path or a directory that it lies in. */
export interface MatchedRule {
  readonly source: SourceLine;
  /** The directory that its file lies in. */
  readonly directory: string;
  /** Where it stands among all the lines that hold from there. */
  readonly index: number;
  /** As git names it. */
  readonly pattern: string;
  readonly negated: boolean;
  /**
   * Parts of the path that it matches by itself, 0 the topmost directory: all those where no rule outranks it, and
   * one at least.
   */
  readonly parts: readonly number[];
}

/** What is asked about, and under which rules. */
export interface Subject {
  readonly files: RuleFiles;
  /** The directories that the path lies in, and the path, without slashes at the end. */
  readonly parts: readonly string[];
  /** Whether the path is a directory, or is asked about as one. */
  readonly isDirectory: boolean;
  /** Whether it is one that is there. */
  readonly isThere: boolean;
}

/** What git says of a path, and of its parts. */
export interface FirstRules {
  /** The line that decides about the path, asked as it was given. */
  readonly decider: NamedLine | null;
  /** The strongest rule that matches each part by itself. */
  readonly strongest: readonly MatchedRule[];
}

/**
 * The parts are asked about with each rule turned into a negation, so that none of them excludes anything and hides
 * what it excludes.
 */
export async function firstRules(ask: AskRules, subject: Subject, asked: string): Promise<FirstRules> {
  const rules = texts(subject.files, ({ text }) => text);
  const asItIs = { rules, paths: [asked], directories: ownDirectory(subject) };
  const answers = await ask([...without([], subject, asked), asItIs]);
  return { decider: answers.at(-1)?.[0] ?? null, strongest: byRule(subject, answers.slice(0, -1)) };
}

/** Every rule that matches a part, the weakest first: those that git has named are taken out, and it is asked again. */
export async function allRules(
  ask: AskRules,
  subject: Subject,
  { asked, strongest }: { readonly asked: string; readonly strongest: readonly MatchedRule[] },
): Promise<readonly MatchedRule[]> {
  const found = [...strongest];
  for (let named = strongest; named.length > 0; ) {
    const answers = await ask(without(found, subject, asked));
    const known = new Set(found.map(({ source }) => source));
    named = byRule(subject, answers).filter(({ source }) => !known.has(source));
    found.push(...named);
  }
  return found.toSorted(byRank);
}

function without(found: readonly MatchedRule[], subject: Subject, asked: string): readonly Question[] {
  const { files, parts, isDirectory } = subject;
  const known = new Set(found.map(({ source }) => source));
  const rules = texts(files, (line) => (known.has(line) ? "" : asNegation(line.text)));
  const each = { rules, paths: parts, directories: isDirectory ? parts : parts.slice(0, -1) };
  return asked.endsWith("/") ? [each, { rules, paths: [asked], directories: ownDirectory(subject) }] : [each];
}

/** What has to be there for git to answer about the path as about the real one. */
export function ownDirectory({ parts, isThere }: Subject): readonly string[] {
  return isThere ? parts.slice(-1) : [];
}

/** Rules that match `a/`, where it is asked so, need not match the directory `a`: both count for the last part. */
function byRule(
  { files, parts: { length: count } }: Subject,
  [each = [], [asGiven = null] = []]: readonly (readonly (NamedLine | null)[])[],
): readonly MatchedRule[] {
  const named = new Map<SourceLine, MatchedRule>();
  for (const [index, answer] of [...each, asGiven].entries()) {
    const source = answer === null ? undefined : lineOf(files, answer);
    if (answer === null || source === undefined) continue;
    const { parts = [] } = named.get(source) ?? {};
    const part = Math.min(index, count - 1);
    named.set(source, { ...matched(source, answer), parts: parts.includes(part) ? parts : [...parts, part] });
  }
  return [...named.values()];
}

/** What a file deeper down says outranks what stands above, and what stands further down in a file the rest of it. */
export function byRank(left: Pick<MatchedRule, "directory" | "index">, right: typeof left): number {
  return left.directory.length - right.directory.length || left.index - right.index;
}

export function lineOf(files: RuleFiles, { directory, index }: NamedLine): SourceLine | undefined {
  return files.get(directory)?.[index];
}

export function texts(
  files: RuleFiles,
  textOf: (line: SourceLine) => string,
): ReadonlyMap<string, readonly string[]> {
  return new Map([...files].map(([directory, lines]) => [directory, lines.map(textOf)]));
}

export function matched(source: SourceLine, named: NamedLine): MatchedRule {
  const { directory, index, pattern } = named;
  const negated = source.text.startsWith("!");
  const shown = negated === pattern.startsWith("!") ? pattern : pattern.slice(1);
  return { source, directory, index, pattern: shown, negated, parts: [] };
}
