import { join } from "node:path";
import type { Writable } from "node:stream";
import { makeDirectory, removeTree, writeAtomically } from "../files/files.ts";
import { gitAnswer } from "./command.ts";
import type { Repository } from "./repository.ts";

const TOGETHER = 1 << 16;

/**
 * `git fast-import` at work: it takes commands while gate makes the next ones, and leaves a pack when it is
 * ended. Where it fails, every question from then on is answered by its error.
 */
export class FastImport {
  readonly #ended: Promise<unknown>;
  #stdin: Writable | null = null;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  #isOver = false;
  #rest = "";
  #answers: string[] = [];
  #onAnswer: () => void = () => undefined;

  constructor(repository: Repository, environment: Readonly<Record<string, string>>) {
    this.#ended = gitAnswer(repository, ["fast-import", "--quiet"], {
      environment,
      input: (stdin) => {
        this.#stdin = stdin;
      },
      output: (chunk) => this.#take(chunk),
    }).finally(() => {
      this.#isOver = true;
      this.#onAnswer();
    });
    // Nobody may be waiting yet when it fails; whoever asks next is told.
    this.#ended.catch(() => undefined);
  }

  /** Pieces of commands. They are sent together: each one alone would wake git up. */
  write(...pieces: readonly (Uint8Array | string)[]): void {
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      this.#unsent.push(bytes);
      this.#unsentBytes += bytes.length;
    }
    if (this.#unsentBytes >= TOGETHER) this.#send();
  }

  /** Waits until git has taken what was sent, so that it does not pile up in memory. */
  async caughtUp(): Promise<void> {
    const stdin = this.#stdin;
    if (!stdin?.writableNeedDrain) return;
    await Promise.race([new Promise((resolve) => stdin.once("drain", resolve)), this.#ended]);
  }

  /** The first so many lines that it answers. */
  async answers(count: number): Promise<readonly string[]> {
    this.#send();
    while (this.#answers.length < count) {
      if (this.#isOver) {
        await this.#ended;
        throw new Error(`fast-import gave ${this.#answers.length} answers of ${count}`);
      }
      await new Promise<void>((resolve) => {
        this.#onAnswer = resolve;
      });
    }
    return this.#answers;
  }

  async end(): Promise<void> {
    this.#send();
    this.#stdin?.end();
    await this.#ended;
  }

  #send(): void {
    if (this.#unsentBytes > 0) this.#stdin?.write(Buffer.concat(this.#unsent));
    this.#unsent = [];
    this.#unsentBytes = 0;
  }

  #take(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    this.#answers.push(...lines);
    this.#onAnswer();
  }
}

/**
 * Works with a fast-import that stores objects in the repository. Its own directory is another one: it makes
 * trees for a branch only, and where it is cut off it leaves a report. The next one takes that away.
 */
export async function withFastImport<T>(
  repository: Repository,
  action: (objects: FastImport) => Promise<T>,
): Promise<T> {
  const directory = join(repository.gitDirectory, "gate/import");
  const environment = await scratchRepository(repository, directory);
  const objects = new FastImport(repository, environment);
  try {
    const result = await action(objects);
    await objects.end();
    return result;
  } catch (error) {
    await objects.end().catch(() => undefined);
    throw error;
  } finally {
    await removeTree(directory);
  }
}

/** As little of a repository as git asks for, with the settings and the objects of the real one. */
async function scratchRepository(
  { objectFormat, commonDirectory, environment }: Repository,
  directory: string,
): Promise<Record<string, string>> {
  const config = [
    `[include]\n\tpath = ${JSON.stringify(join(commonDirectory, "config"))}`,
    `[core]\n\trepositoryformatversion = ${objectFormat === "sha1" ? 0 : 1}`,
    ...(objectFormat === "sha1" ? [] : [`[extensions]\n\tobjectFormat = ${objectFormat}`]),
  ];
  await removeTree(directory);
  await makeDirectory(join(directory, "refs"));
  await writeAtomically(join(directory, "HEAD"), "ref: refs/heads/reports\n");
  await writeAtomically(join(directory, "config"), `${config.join("\n")}\n`);
  return {
    GIT_DIR: directory,
    GIT_COMMON_DIR: directory,
    GIT_OBJECT_DIRECTORY: environment.GIT_OBJECT_DIRECTORY || join(commonDirectory, "objects"),
  };
}
