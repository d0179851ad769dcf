import { ownDirectory, type Subject, texts } from "./matched-rules.ts";
import type { Neighbours } from "./neighbours.ts";
import type { RuleFiles } from "./rule-sources.ts";
import type { AskRules, NamedLine, RuleTexts } from "./scratch-rules.ts";
import type { Standing } from "./standing.ts";
import { type AddedLines, waysIn } from "./ways-in.ts";

interface Trial {
  readonly ask: AskRules;
  readonly subject: Subject;
  /** As git is asked about it. */
  readonly asked: string;
  readonly neighbours: Neighbours;
  readonly ignoreCase: boolean;
}

/** The first of them most often does it. */
const AT_FIRST = 3;
/** So many sets of lines are put before git at once, */
const AT_ONCE = 12;
/** as long as it is not asked about more paths than these. */
const MOST_AT_ONCE = 2_000;

/**
 * The smallest set of lines that lets the path in and changes nothing among its neighbours, as git judges. It is given
 * the smallest ones at once; of the others first those that do it in memory.
 */
export async function smallestAdmission(
  trial: Trial,
  standing: Standing,
): Promise<readonly AddedLines[] | null> {
  const { files } = trial.subject;
  const present = new Set([...files].flatMap(([directory, lines]) => (lines.length > 0 ? [directory] : [])));
  const ways = waysIn(trial.subject, standing, present);
  const works = judgeOf(trial);
  for await (const some of inGroups(trial, ways)) {
    // The first one does it most often: whether all of it is needed is asked along with it.
    const answers = await works([...some, ...withOneLess(some[0] ?? [])]);
    const found = some.find((_, index) => answers[index]);
    if (found !== undefined) return withoutNeedless(found, works);
  }
  return null;
}

type Way = readonly AddedLines[];
type Judge = (ways: readonly Way[]) => Promise<readonly boolean[]>;

async function* inGroups(trial: Trial, ways: readonly Way[]): AsyncGenerator<readonly Way[]> {
  const size = Math.min(AT_ONCE, Math.max(1, Math.floor(MOST_AT_ONCE / (trial.neighbours.paths.length + 1))));
  const first = Math.min(AT_FIRST, size);
  yield ways.slice(0, first);
  const others = ways.slice(first);
  if (others.length === 0) return;
  const works = await inMemory(trial);
  const likely = others.filter(works);
  const ordered = [...likely, ...others.filter((way) => !likely.includes(way))];
  for (let at = 0; at < ordered.length; at += size) yield ordered.slice(at, at + size);
}

/** Where git itself would take longer: to load what this needs takes as long as some of git's answers. */
async function inMemory(trial: Trial): Promise<(way: Way) => boolean> {
  const { ignoresInMemory } = await import("./in-memory.ts");
  const { subject, ignoreCase, asked, neighbours } = trial;
  const rules = (way: Way) => ignoresInMemory(withLines(subject.files, way), ignoreCase);
  const now = rules([]);
  const directories = new Set(neighbours.directories);
  const others = neighbours.paths.map((path) => (directories.has(path) ? `${path}/` : path));
  const before = others.map(now);
  return (way) => {
    const ignores = rules(way);
    return !ignores(asked) && others.every((path, index) => ignores(path) === before[index]);
  };
}

/** What git says of each way: whether it lets the path in and leaves all neighbours as they are. */
function judgeOf({ ask, subject, asked, neighbours }: Trial): Judge {
  const question = (way: Way) => ({
    rules: withLines(subject.files, way),
    paths: [asked, ...neighbours.paths],
    directories: [...ownDirectory(subject), ...neighbours.directories],
  });
  let before: readonly boolean[] | null = null;
  const known = new Map<string, boolean>();
  const judge = async (ways: readonly Way[]): Promise<void> => {
    const asNow = before === null ? [question([])] : [];
    const answers = (await ask([...asNow, ...ways.map(question)])).map((lines) => lines.map(isIgnored));
    const now = before ?? answers[0] ?? [];
    before = now;
    for (const [at, [own, ...rest]] of answers.slice(asNow.length).entries()) {
      const works = own === false && rest.every((ignored, index) => ignored === now[index + 1]);
      known.set(keyOf(ways[at] ?? []), works);
    }
  };
  return async (ways) => {
    const unknown = ways.filter((way) => !known.has(keyOf(way)));
    if (unknown.length > 0) await judge(unknown);
    return ways.map((way) => known.get(keyOf(way)) ?? false);
  };
}

const keyOf = (way: Way) => JSON.stringify(way);

const isIgnored = (line: NamedLine | null) => line !== null && !line.pattern.startsWith("!");

function withLines(files: RuleFiles, added: readonly AddedLines[]): RuleTexts {
  const changed = new Map(texts(files, ({ text }) => text));
  for (const { directory, after, add } of added) {
    const lines = files.get(directory) ?? [];
    const found = lines.findIndex((line) => !line.outside && line.line === after);
    const at = after === null || found === -1 ? lines.length : found + 1;
    const before = changed.get(directory) ?? [];
    changed.set(directory, [...before.slice(0, at), ...add, ...before.slice(at)]);
  }
  return changed;
}

/** Each line is needed: none can be left out. */
async function withoutNeedless(way: Way, works: Judge): Promise<Way> {
  const fewer = withOneLess(way);
  const answers = await works(fewer);
  const found = fewer.find((_, index) => answers[index]);
  return found === undefined ? way : withoutNeedless(found, works);
}

function withOneLess(way: Way): readonly Way[] {
  const lines = way.flatMap(({ directory, add }) => add.map((text) => ({ directory, text })));
  return lines.length < 2 ? [] : lines.map((line) => without(way, line));
}

function without(way: Way, line: { readonly directory: string; readonly text: string }): Way {
  return way.flatMap((one) => {
    if (one.directory !== line.directory) return [one];
    const add = one.add.filter((text) => text !== line.text);
    return add.length === 0 ? [] : [{ ...one, add }];
  });
}
