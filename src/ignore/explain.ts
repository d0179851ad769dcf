import { resolve } from "node:path";
import { kindBelow } from "../adapters/files/byte-paths.ts";
import type { IgnoreRule } from "../adapters/git/ignore.ts";
import type { IgnoreSettings } from "../adapters/git/ignore-settings.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { smallestAdmission } from "./admission.ts";
import { ruleGuesser } from "./guessed-rules.ts";
import { type JudgedPath, nestedRepository, type Obstacle } from "./judged-paths.ts";
import { allRules, type FirstRules, firstRules, lineOf, matched, type Subject } from "./matched-rules.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";
import {
  directoriesAbove,
  ignoreFileIn,
  inBytes,
  type RuleFiles,
  readRules,
  rulesFromOutside,
  type SourceLine,
} from "./rule-sources.ts";
import { type AskRules, withScratchRules } from "./scratch-rules.ts";
import { type RoledRule, rolesOf, type Standing, standingOf } from "./standing.ts";

/** Lines that make git track a path; `file` is relative to the top level. */
export interface Admission {
  readonly file: string;
  /** The line below which they go; null for the end. */
  readonly after: number | null;
  readonly add: readonly string[];
}

export interface Explanation {
  /** null where the rules, read anew, do not come to what git has said. */
  readonly standing: Standing | null;
  /** All that match, the weakest first. */
  readonly rules: readonly RoledRule[];
  /** The path's parts, as the standing counts them. */
  readonly parts: readonly string[];
  /** null where there is nothing to let in, or no lines were found that do only that. */
  readonly admission: readonly Admission[] | null;
  /** What the lines were tried on; null where none were. */
  readonly neighbours: Pick<Neighbours, "files" | "complete"> | null;
  readonly obstacle: Obstacle | null;
}

/** Looked at for all paths together; each has all that lies on the way to it looked at besides. */
const MOST_NEIGHBOURS = 20_000;

interface Surroundings {
  readonly worktree: Worktree;
  /** Everything that was asked about: none of it is to change with another's rules. */
  readonly asked: readonly JudgedPath[];
  readonly settings: () => IgnoreSettings;
}

/** Why git says what it says of paths that some rule matches, and what would make it track those that it ignores. */
export function explainPaths(
  { worktree, asked, settings: settingsOf }: Surroundings,
  paths: readonly JudgedPath[],
): Promise<readonly Explanation[]> {
  const most = Math.ceil(MOST_NEIGHBOURS / Math.max(paths.length, 2));
  return withScratchRules(worktree, async (begin) => {
    const settings = settingsOf();
    const outside = rulesFromOutside(worktree, settings);
    const guess = ruleGuesser(settings.ignoreCase);
    const inquiry = { begin, worktree, settings, asked, files: new Map(), outside, most, guess };
    return Promise.all(paths.map((path) => explain(inquiry, path)));
  });
}

interface Inquiry extends Omit<Surroundings, "settings"> {
  readonly begin: () => AskRules;
  readonly settings: IgnoreSettings;
  readonly files: RuleFiles;
  readonly outside: readonly SourceLine[];
  /** Of more neighbours than these the nearest are looked at. */
  readonly most: number;
  readonly guess: ReturnType<typeof ruleGuesser>;
}

async function explain(inquiry: Inquiry, judged: JudgedPath): Promise<Explanation> {
  const { worktree, begin, guess } = inquiry;
  const subject = { ...partsOf(worktree.topLevel, judged.path), files: rulesAbove(inquiry, [judged.path]) };
  const guessed = guess(subject);
  const [first, ahead] = await Promise.all([
    firstRules(begin(), subject, judged.path),
    explainBy(inquiry, judged, { ...guessed, subject }),
  ]);
  const isAsGuessed = JSON.stringify(first) === JSON.stringify(guessed);
  return isAsGuessed ? ahead : explainBy(inquiry, judged, { ...first, subject });
}

/** What follows from the rules that decide about the path and its parts. */
async function explainBy(
  inquiry: Inquiry,
  judged: JudgedPath,
  first: FirstRules & { readonly subject: Subject },
): Promise<Explanation> {
  const { worktree, begin } = inquiry;
  const { subject, strongest } = first;
  const obstacle = judged.obstacle ?? nestedRepository(worktree.topLevel, judged.path);
  const standing = standingHere(worktree, judged, first);
  const bare = { standing, rules: [], parts: subject.parts, admission: null, neighbours: null, obstacle };
  if (standing === null) return bare;
  const [rules, admitted] = await Promise.all([
    allRules(begin(), subject, { asked: judged.path, strongest }),
    obstacle === null ? admit(inquiry, judged, { subject, standing }) : null,
  ]);
  return { ...bare, rules: rolesOf(rules, standing), ...admitted };
}

async function admit(
  inquiry: Inquiry,
  { path }: JudgedPath,
  { subject, standing }: { readonly subject: Subject; readonly standing: Standing },
): Promise<Pick<Explanation, "admission" | "neighbours"> | null> {
  const { excluded } = standing;
  if (excluded === null) return null;
  const { ignoreCase } = inquiry.settings;
  const { topLevel } = inquiry.worktree;
  const neighbourhood = { topLevel, ignoreCase, asked: inquiry.asked, most: inquiry.most };
  const neighbours = neighboursOf(neighbourhood, subject.parts, excluded);
  const nested = neighbours.paths.filter((one) => one.endsWith("/.gitignore"));
  const trial = {
    ...{ ask: inquiry.begin(), asked: path, neighbours, ignoreCase },
    subject: { ...subject, files: rulesAbove(inquiry, [path, ...nested]) },
  };
  const lines = await smallestAdmission(trial, standing);
  const admission = lines?.map(({ directory, after, add }) => ({
    file: ignoreFileIn(directory),
    after,
    add,
  }));
  const { files, complete } = neighbours;
  return { admission: admission ?? null, neighbours: { files, complete } };
}

function partsOf(topLevel: string, asked: string): Omit<Subject, "files"> {
  const path = asked.replace(/\/$/, "");
  const isThere = kindBelow(topLevel, path) === "directory";
  return {
    parts: [...directoriesAbove(path).slice(1), path],
    isDirectory: isThere || path !== asked,
    isThere,
  };
}

function rulesAbove({ files, worktree, outside }: Inquiry, paths: readonly string[]): RuleFiles {
  const directories = [...new Set(paths.flatMap(directoriesAbove))];
  readRules(files, worktree, directories, outside);
  return new Map(directories.map((directory) => [directory, files.get(directory) ?? []]));
}

/** null where what stands in the files now does not come to what git has said. */
function standingHere(
  { topLevel }: Worktree,
  { rule }: JudgedPath,
  { subject, decider, strongest }: FirstRules & { readonly subject: Subject },
): Standing | null {
  const source = decider === null ? undefined : lineOf(subject.files, decider);
  if (decider === null || source === undefined || rule === null) return null;
  if (!isSame(topLevel, source, rule)) return null;
  return standingOf(strongest, subject.parts.length, matched(source, decider));
}

function isSame(topLevel: string, one: Omit<IgnoreRule, "pattern">, other: typeof one): boolean {
  const full = (file: string) => resolve(inBytes(topLevel), file);
  return one.line === other.line && full(one.file) === full(other.file);
}
