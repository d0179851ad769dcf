import { join } from "node:path";
import type { Writable } from "node:stream";
import { GitError, gitAnswer } from "./command.ts";
import { ruleReader } from "./deciding-rules.ts";
import type { IgnoreRule } from "./ignore.ts";
import type { Worktree } from "./repository.ts";
import { PLACES } from "./scratch.ts";

/** A git at work that is asked about ignore files while these are changed under it. */
export interface IgnoreDialogue {
  /**
   * The rules that decide about the paths, relative to the top level, in bytes as Latin-1 text. Git keeps the rules
   * of a directory until it is asked about another one.
   */
  readonly ask: (paths: readonly string[]) => Promise<readonly (IgnoreRule | null)[]>;
  readonly end: () => Promise<void>;
}

/**
 * Asks about the ignore files in a directory that is made a repository, with the settings of another one but for its
 * rules. One process answers all: to start another takes as long as twenty answers.
 */
export function ignoreDialogue(settings: Worktree, directory: string): IgnoreDialogue {
  const answers = answersInOrder();
  const args = [
    ...["-c", `include.path=${join(settings.commonDirectory, "config")}`],
    ...["-c", "core.excludesFile=", "-c", "core.bare=false"],
    ...["check-ignore", "--verbose", "--non-matching", "--no-index", "-z", "--stdin"],
  ];
  const own = Object.entries(settings.environment).filter(([name]) => !PLACES.includes(name));
  const place = { directory, environment: Object.fromEntries(own) };
  let stdin: Writable | null = null;
  const ended = gitAnswer(place, args, {
    input: (to) => {
      stdin = to;
    },
    output: (chunk) => answers.take(chunk),
    environment: { GIT_FLUSH: "1", GIT_DIR: join(directory, ".git"), GIT_WORK_TREE: directory },
    accept: [1],
  });
  ended.then(() => answers.fail(new GitError(args, "ended before its time", "")), answers.fail);
  return {
    ask: async (paths) => {
      if (paths.length === 0) return [];
      const answer = answers.next(paths.length);
      stdin?.write(Buffer.from(paths.map((path) => `./${path}\0`).join(""), "latin1"));
      return answer;
    },
    end: async () => {
      stdin?.end();
      await ended;
    },
  };
}

interface Question {
  readonly count: number;
  readonly answer: (rules: readonly (IgnoreRule | null)[]) => void;
  readonly fail: (reason: unknown) => void;
}

/** Cuts what git writes into the answers to one question after the other. */
function answersInOrder() {
  const questions: Question[] = [];
  const fields: string[] = [];
  let rest = "";
  const answerThoseComplete = () => {
    for (let next = questions[0]; next !== undefined; next = questions[0]) {
      if (fields.length < next.count * 4) return;
      questions.shift();
      const own = fields.splice(0, next.count * 4);
      const read = ruleReader();
      next.answer(Array.from({ length: next.count }, (_, index) => read(own, index * 4)));
    }
  };
  return {
    next: (count: number) =>
      new Promise<readonly (IgnoreRule | null)[]>((answer, fail) => {
        questions.push({ count, answer, fail });
      }),
    take: (chunk: Buffer) => {
      const [first = "", ...more] = chunk.toString("latin1").split("\0");
      rest += first;
      for (const part of more) {
        fields.push(rest);
        rest = part;
      }
      answerThoseComplete();
    },
    fail: (reason: unknown) => {
      for (const question of questions.splice(0)) question.fail(reason);
    },
  };
}
