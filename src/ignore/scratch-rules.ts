import { join } from "node:path";
import { type ScratchTree, scratchTree } from "../adapters/files/byte-paths.ts";
import { decidingRules } from "../adapters/git/deciding-rules.ts";
import type { IgnoreRule } from "../adapters/git/ignore.ts";
import { LONE_DIRECTORIES, LONE_HEAD } from "../adapters/git/lone.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { PLACES } from "../adapters/git/scratch.ts";
import { ignoreFileIn } from "./rule-sources.ts";

/** The texts of the lines that hold in each directory. */
export type RuleTexts = ReadonlyMap<string, readonly string[]>;

/** Paths that git is asked about under rules that need not exist anywhere. */
export interface Question {
  readonly rules: RuleTexts;
  readonly paths: readonly string[];
  /** Those of the paths, or above them, that are directories: git takes what is not there for a file. */
  readonly directories: readonly string[];
}

/** The line that git names of the ones it was given. */
export interface NamedLine {
  readonly directory: string;
  /** From 0. */
  readonly index: number;
  /** As git reads it. */
  readonly pattern: string;
}

/** The last line that matches each path of each question, or a directory that it lies in, as git judges. */
export type AskRules = (
  questions: readonly Question[],
) => Promise<readonly (readonly (NamedLine | null)[])[]>;

/**
 * Lets git be asked about rules that need not exist, and none of anybody's besides, compared as in the worktree. Each
 * call of what is handed over begins anew, with nothing there, and is to be asked one thing after the other. Every
 * question gets a folder as its top level, because rules hold below their file and nowhere else.
 */
export async function withScratchRules<T>(
  worktree: Worktree,
  use: (begin: () => AskRules) => Promise<T>,
): Promise<T> {
  const tree = scratchTree();
  try {
    for (const directory of LONE_DIRECTORIES) tree.makeDirectory(directory);
    tree.write(LONE_HEAD.path, LONE_HEAD.text);
    const ask = inRounds((paths) => loneRules(worktree, tree.directory, paths));
    let begun = 0;
    return await use(() => {
      begun += 1;
      return askingIn({ tree, ask, name: String(begun) });
    });
  } finally {
    tree.remove();
  }
}

type AskPaths = (paths: readonly string[]) => Promise<readonly (IgnoreRule | null)[]>;

/** What is asked before anything is answered goes to git together: to start it takes as long as twenty answers. */
function inRounds(ask: AskPaths): AskPaths {
  let gathered: string[] = [];
  let answers: ReturnType<AskPaths> | null = null;
  return async (paths) => {
    const from = gathered.length;
    gathered.push(...paths);
    answers ??= gatheringEnds().then(() => {
      const together = gathered;
      gathered = [];
      answers = null;
      return ask(together);
    });
    return (await answers).slice(from, from + paths.length);
  };
}

/** All that can go on without an answer has then done so. */
const gatheringEnds = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Those of a repository with nothing in it but these ignore files, and the settings of another one but for its rules. */
async function loneRules(
  { commonDirectory, environment }: Worktree,
  directory: string,
  paths: readonly string[],
): ReturnType<AskPaths> {
  const own = Object.entries(environment).filter(([name]) => !PLACES.includes(name));
  const lone = { ...Object.fromEntries(own), GIT_DIR: join(directory, ".git"), GIT_WORK_TREE: directory };
  const settings = [
    ...["-c", `include.path=${join(commonDirectory, "config")}`],
    ...["-c", "core.excludesFile=", "-c", "core.bare=false"],
  ];
  const atOnce = paths.length <= MOST_AT_ONCE;
  return (await decidingRules({ directory, environment: lone }, paths, { settings, atOnce })).rules;
}

/** These take git a few milliseconds. */
const MOST_AT_ONCE = 2_000;

interface Place {
  readonly tree: ScratchTree;
  readonly ask: AskPaths;
  readonly name: string;
}

/** To make a directory takes longer than to rewrite a file: the folders of one question serve for the next. */
function askingIn({ tree, ask, name }: Place): AskRules {
  const held = new Map<string, string>();
  const write = (file: string, text: string) => {
    if ((held.get(file) ?? "") === text) return;
    tree.makeDirectory(file.slice(0, file.lastIndexOf("/")));
    tree.write(file, text);
    held.set(file, text);
  };
  return async (questions) => {
    const asked = questions.map(({ rules, paths, directories }, index) => {
      const folder = `${name}.${index}`;
      tree.makeDirectory(folder);
      for (const directory of directories) tree.makeDirectory(`${folder}/${directory}`);
      for (const [directory, lines] of rules) {
        const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
        write(`${folder}/${ignoreFileIn(directory)}`, text);
      }
      return paths.map((path) => `${folder}/${path}`);
    });
    return inTurns(await ask(asked.flat()), asked).map((rules) => rules.map(lineOfFolder));
  };
}

function inTurns<T>(answers: readonly T[], asked: readonly (readonly string[])[]): readonly (readonly T[])[] {
  let at = 0;
  return asked.map(({ length }) => {
    at += length;
    return answers.slice(at - length, at);
  });
}

function lineOfFolder(rule: IgnoreRule | null): NamedLine | null {
  if (rule === null) return null;
  const directory = rule.file.slice(rule.file.indexOf("/") + 1, -".gitignore".length).replace(/\/$/, "");
  return { directory, index: rule.line - 1, pattern: rule.pattern };
}
