import { dirname } from "node:path";
import type { IgnoreAnswer } from "../adapters/git/ignore.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type Problem, warning } from "../problem.ts";
import { shellWord } from "../shell-word.ts";
import { type Glob, parseGlob } from "./glob.ts";
import type { IgnoreFiles } from "./mend.ts";
import { type RuleLine, ruleLines } from "./rule-lines.ts";
import { type Trial, tryRules } from "./trials.ts";
import { commonWitnesses, isMadeUp, UNHEARD, witnessesOf } from "./witnesses.ts";

/** Of more negations in one repository these are looked at. */
const MOST_NEGATIONS = 500;
/** Of a negation and another rule; with more, only the first negations are looked at. */
const MOST_PAIRS = 8_000;
/**
 * Of a path that git is asked about and a rule. The path that matters may be any, so a negation has all of its own
 * asked about, or none.
 */
const MOST_COMPARED = 20_000_000;
/** Paths for which directories have to be made. */
const MOST_MADE = 6_000;

interface PlacedRule extends RuleLine {
  readonly file: string;
  readonly glob: Glob | null;
}

interface Negation {
  readonly rule: PlacedRule;
  /** Paths that it matches: any that it lets in would be among them. */
  readonly witnesses: readonly string[];
  /** How many of them, the first ones, are of its own making and not another rule's. */
  readonly ordinary: number;
  /** How many other rules hold where it does. */
  readonly others: number;
}

/**
 * Negations that let nothing in. For each, paths that it matches are made up, among them those that it has in common
 * with other rules; git says whether any of them is let in with it and not without it, and if not, why.
 */
export async function idleNegations(repository: Repository, files: IgnoreFiles): Promise<readonly Problem[]> {
  const rules = [...files].flatMap(([file, text]) => rulesIn(file, text));
  const negations = negationsAmong(rules);
  // Directories have to be made before git can be asked about them: only where files show no effect.
  const suspects = await withoutEffect(
    repository,
    within(negations, MOST_COMPARED, comparisons),
    files,
    ofFiles,
  );
  const few = within(suspects, MOST_MADE, ({ witnesses }) => witnesses.length);
  const idle = await withoutEffect(repository, few, files, (negation) => negation);
  if (idle.length === 0) return [];
  const answers = await tryRules(
    repository,
    idle.flatMap((negation) => stages(negation, files)),
  );
  return idle.flatMap((negation, index) => {
    const [before = [], upTo = [], whole = []] = answers.slice(index * 3, index * 3 + 3);
    return verdictOf(negation, { before, upTo, whole });
  });
}

function negationsAmong(rules: readonly PlacedRule[]): readonly Negation[] {
  const negations: Negation[] = [];
  let pairs = 0;
  for (const rule of rules.filter((one) => one.negated && !isForElsewhere(one)).slice(0, MOST_NEGATIONS)) {
    const others = rules.filter((one) => one !== rule && meet(one.file, rule.file));
    pairs += others.length;
    if (pairs > MOST_PAIRS) break;
    negations.push(...negationOf(rule, others));
  }
  return negations;
}

const comparisons = ({ witnesses, others }: Negation) => witnesses.length * (others + 1);

/** As many of the negations as do not cost more together. */
function within(
  negations: readonly Negation[],
  most: number,
  costOf: (negation: Negation) => number,
): readonly Negation[] {
  let spent = 0;
  return negations.filter((negation) => {
    const cost = costOf(negation);
    const fits = spent + cost <= most;
    if (fits) spent += cost;
    return fits;
  });
}

/** Those without which git says the same of all their paths. */
async function withoutEffect(
  repository: Repository,
  negations: readonly Negation[],
  files: IgnoreFiles,
  asked: (negation: Negation) => Negation,
): Promise<readonly Negation[]> {
  if (negations.length === 0) return [];
  const trials = negations.map(asked).flatMap(({ rule, witnesses }): readonly Trial[] => {
    const all = filesAround(rule, files);
    const lines = (files.get(rule.file) ?? "").split("\n");
    const without = lines.map((line, index) => (index + 1 === rule.line ? "#" : line)).join("\n");
    return [all, new Map([...all, [rule.file, without]])].map((one) => ({ files: one, paths: witnesses }));
  });
  const answers = await tryRules(repository, trials);
  return negations.filter((_, index) => {
    const without = answers[index * 2 + 1] ?? [];
    return answers[index * 2]?.every(({ ignored }, which) => ignored === without[which]?.ignored);
  });
}

/** A file in a directory stands for it. */
function ofFiles({ witnesses, ...rest }: Negation): Negation {
  return { ...rest, witnesses: witnesses.map((path) => (path.endsWith("/") ? `${path}${UNHEARD}` : path)) };
}

/** What a person's own rules exclude is not seen here: `gate check --fix` answers those too, and so do careful people. */
const isForElsewhere = ({ comment }: RuleLine) =>
  /^gate: |\bglobal|excludes?file|info\/exclude|\bavoid ignor/i.test(comment);

function rulesIn(file: string, text: string): readonly PlacedRule[] {
  return ruleLines(text).map((rule) => {
    const pattern = rule.negated ? rule.pattern.slice(1) : rule.pattern;
    return { ...rule, file, glob: parseGlob(pattern, dirname(file)) };
  });
}

/**
 * Its own paths, and those that it has in common with any other rule: one that excludes them, or one that lets in a
 * directory which they lie in. None where a rule is not understood: it may be the one that matters.
 */
function negationOf(rule: PlacedRule, others: readonly PlacedRule[]): readonly Negation[] {
  const { glob } = rule;
  if (glob === null || others.some((one) => one.glob === null)) return [];
  const own = witnessesOf(glob);
  const common = others.flatMap((one) => (one.glob === null ? [] : commonWitnesses(glob, one.glob)));
  return [
    { rule, witnesses: [...new Set([...own, ...common])], ordinary: own.length, others: others.length },
  ];
}

/** Whether there are paths for which the rules of both files hold. */
const meet = (file: string, other: string) => governs(file, other) || governs(other, file);

/** Whether rules of the one file hold where the other lies. */
function governs(file: string, other: string): boolean {
  const place = dirname(file);
  return place === "." || dirname(other) === place || dirname(other).startsWith(`${place}/`);
}

/** The rules before the negation, those with it, and all there are. */
function stages({ rule, witnesses }: Negation, files: IgnoreFiles): readonly Trial[] {
  const above = [...files].filter(([file]) => file !== rule.file && governs(file, rule.file));
  const lines = (files.get(rule.file) ?? "").split("\n");
  const cut = (count: number) => new Map([...above, [rule.file, `${lines.slice(0, count).join("\n")}\n`]]);
  const all = filesAround(rule, files);
  return [cut(rule.line - 1), cut(rule.line), all].map((stage) => ({ files: stage, paths: witnesses }));
}

function filesAround(rule: PlacedRule, files: IgnoreFiles): IgnoreFiles {
  return new Map([...files].filter(([file]) => meet(file, rule.file)));
}

interface Stages {
  readonly before: readonly IgnoreAnswer[];
  readonly upTo: readonly IgnoreAnswer[];
  readonly whole: readonly IgnoreAnswer[];
}

function verdictOf({ rule, ordinary }: Negation, { before, upTo, whole }: Stages): readonly Problem[] {
  const excluded = before.flatMap(({ ignored }, index) => (ignored ? [index] : []));
  const letIn = excluded.filter((index) => upTo[index]?.ignored === false);
  if (letIn.length > 0) {
    const later = letIn.map((index) => whole[index]);
    return later.every((one) => one?.ignored) ? undone(rule, later[0]) : [];
  }
  const [first] = excluded;
  const blocked = first === undefined ? undefined : upTo[first];
  if (first !== undefined && blocked !== undefined) {
    return [first < ordinary ? cannotWork(rule, blocked) : onlyInside(rule, blocked)];
  }
  const after = whole.slice(0, ordinary);
  const again = after.every((one) => one.ignored && isLater(one, rule));
  return again ? undone(rule, after[0]) : [nothingAbove(rule)];
}

function isLater({ rule }: IgnoreAnswer, negation: PlacedRule): boolean {
  return rule !== null && (rule.file !== negation.file || rule.line > negation.line);
}

function complaint({ file, line, pattern }: PlacedRule, what: string, hint: string): Problem {
  return warning("rule-without-effect", `${pattern} ${what}.`, { path: file, line, hint });
}

function nothingAbove(rule: PlacedRule): Problem {
  const what = "does nothing: no rule above it is one that it would be an exception to";
  return complaint(rule, what, "Take it out, or put it below the rule that it is an exception to.");
}

function undone(rule: PlacedRule, answer: IgnoreAnswer | undefined): readonly Problem[] {
  const by = answer?.rule ?? null;
  if (by === null) return [];
  const what = `does nothing: ${place(by, rule.file)} comes after it and excludes the same again`;
  return [complaint(rule, what, `The last match decides: put it below ${place(by, rule.file)}.`)];
}

const NOT_INSIDE = "git does not look inside an excluded directory";

function cannotWork(rule: PlacedRule, { path, rule: by }: IgnoreAnswer): Problem {
  const excluding =
    by === null ? "" : `: ${place(by, rule.file)} excludes a directory above, and ${NOT_INSIDE}`;
  const real = !isMadeUp(path);
  const hint = real
    ? `gate why-ignored ${shellWord(path)}   shows the lines that let it in`
    : "Let that directory in first.";
  return complaint(rule, `cannot let ${real ? path : "anything"} in${excluding}`, hint);
}

function onlyInside(rule: PlacedRule, { rule: by }: IgnoreAnswer): Problem {
  // A name such as `*.txt` may be a directory's; nobody thinks of that.
  if (by === null || !by.pattern.endsWith("/")) return nothingAbove(rule);
  const what = `does nothing: of the rules above it only ${place(by, rule.file)} excludes anything that it matches, and ${NOT_INSIDE}`;
  return complaint(rule, what, "Take it out, or put it below the rule that it is an exception to.");
}

function place(by: { readonly file: string; readonly line: number; readonly pattern: string }, file: string) {
  return by.file === file ? `${by.pattern} (line ${by.line})` : `${by.pattern} (${by.file}:${by.line})`;
}
