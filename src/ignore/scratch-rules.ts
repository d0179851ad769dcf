import { type ScratchTree, scratchTree } from "../adapters/files/byte-paths.ts";
import type { IgnoreRule } from "../adapters/git/ignore.ts";
import { type IgnoreDialogue, ignoreDialogue } from "../adapters/git/ignore-dialogue.ts";
import { LONE_DIRECTORIES, LONE_HEAD } from "../adapters/git/lone.ts";
import type { Worktree } from "../adapters/git/repository.ts";
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
 * Lets git be asked about rules that need not exist, and none of anybody's besides, compared as in the worktree; each call of what is handed over begins anew, with
 * nothing there. One process answers, whatever is asked: every question gets a folder as its top level, because rules
 * hold below their file and nowhere else.
 */
export async function withScratchRules<T>(
  worktree: Worktree,
  use: (begin: () => AskRules) => Promise<T>,
): Promise<T> {
  const tree = scratchTree();
  try {
    for (const directory of LONE_DIRECTORIES) tree.makeDirectory(directory);
    tree.write(LONE_HEAD.path, LONE_HEAD.text);
    const dialogue = ignoreDialogue(worktree, tree.directory);
    let begun = 0;
    try {
      return await use(() => {
        begun += 1;
        return askingIn({ tree, dialogue, name: String(begun) });
      });
    } finally {
      await dialogue.end();
    }
  } finally {
    tree.remove();
  }
}

interface Place {
  readonly tree: ScratchTree;
  readonly dialogue: IgnoreDialogue;
  readonly name: string;
}

/** To make a directory takes longer than to rewrite a file: the folders of one question serve for the next. */
function askingIn({ tree, dialogue, name }: Place): AskRules {
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
    // Asked about another place, git forgets the rules that it has read here.
    const [, ...answers] = await dialogue.ask(["elsewhere", ...asked.flat()]);
    return inTurns(answers, asked).map((rules) => rules.map(lineOfFolder));
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
