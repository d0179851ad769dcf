import { type Beside, startBeside } from "../process/beside.ts";
import { type ObjectFound, ObjectStream } from "./object-stream.ts";
import type { Repository } from "./repository.ts";

/** To start a git takes as long as a hundred answers of one that is there. It leaves when nobody has asked for so long. */
const IDLE_MS = 500;

/** Nothing larger is waited for when nobody wants it: another git is started. */
const LET_BY = 1 << 20;

interface Question {
  readonly names: readonly string[];
  readonly limit: number;
  readonly found: ObjectFound[];
  /** null: git has ended without an answer. */
  readonly answer: (found: readonly ObjectFound[] | null) => void;
}

/** A `git cat-file --batch` that stays open, so that one object after the other costs no process. */
class ObjectDialogue {
  readonly #repository: Repository;
  readonly #questions: Question[] = [];
  #git: Beside | null = null;
  #stream: ObjectStream | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  ask(names: readonly string[], limit: number): Promise<readonly ObjectFound[] | null> {
    if (names.length === 0) return Promise.resolve([]);
    return new Promise((answer) => {
      this.#questions.push({ names, limit, found: [], answer });
      this.#write(linesOf(names));
      this.#hold();
    });
  }

  /** Before anybody asks: the first answer comes sooner then. */
  open(): void {
    this.#git ??= this.#started();
    this.#hold();
  }

  #write(lines: string): void {
    this.#git ??= this.#started();
    if (this.#git === null) this.#giveUp();
    else this.#git.write(lines);
  }

  #started(): Beside | null {
    const stream = new ObjectStream(
      () => this.#questions[0]?.limit ?? 0,
      (object) => this.#take(object),
    );
    const { directory: cwd, environment: env } = this.#repository;
    this.#stream = stream;
    return startBeside("git", ["cat-file", "--batch"], {
      cwd,
      env,
      onOutput: (chunk) => stream.take(chunk),
      onEnd: () => this.#giveUp(),
    });
  }

  #take(object: ObjectFound): void {
    const [question] = this.#questions;
    if (question === undefined) return;
    question.found.push(object);
    if (question.found.length === question.names.length) {
      this.#questions.shift();
      question.answer(question.found);
    }
    if (object.kind === "too-large" && object.size > LET_BY) this.#startAnew();
    this.#hold();
  }

  #startAnew(): void {
    this.#leave();
    const open = this.#questions.map(({ names, found }) => linesOf(names.slice(found.length)));
    if (open.length > 0) this.#write(open.join(""));
  }

  #leave(): void {
    this.#stream?.end();
    this.#git?.end();
    this.#git = null;
  }

  #giveUp(): void {
    this.#leave();
    for (const { answer } of this.#questions.splice(0)) answer(null);
  }

  #hold(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const awaited = this.#questions.length > 0;
    this.#git?.hold(awaited);
    this.#idle = awaited ? null : setTimeout(() => this.#leave(), IDLE_MS).unref();
  }
}

const linesOf = (names: readonly string[]) => names.map((name) => `${name}\n`).join("");

const dialogues = new WeakMap<Repository, ObjectDialogue>();

/**
 * What lies at each name (an id, `<tree>:<path>`, `HEAD^{tree}`), by a git that stays open. null where it ended
 * without an answer: whoever asks a git of his own hears why.
 */
export function askForObjects(
  repository: Repository,
  names: readonly string[],
  limit: number,
): Promise<readonly ObjectFound[] | null> {
  return dialogueWith(repository).ask(names, limit);
}

/** Starts it while there is something else to wait for. */
export function expectQuestions(repository: Repository): void {
  dialogueWith(repository).open();
}

function dialogueWith(repository: Repository): ObjectDialogue {
  const dialogue = dialogues.get(repository) ?? new ObjectDialogue(repository);
  dialogues.set(repository, dialogue);
  return dialogue;
}
