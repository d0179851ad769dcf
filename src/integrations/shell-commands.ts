/** One simple command of a script, quotes taken off its words. What `$( )` and `sh -c` hold are commands too. */
export interface ShellCommand {
  /** 1-based. */
  readonly line: number;
  readonly words: readonly [string, ...string[]];
}

/**
 * The commands of a shell script in the order in which they stand there. Comments and here-documents are none.
 * Nothing is expanded or run: this reads what others have written well enough to see what they call.
 */
export function commandsOf(script: string): readonly ShellCommand[] {
  return new Reader(script).read().flatMap(unwrapped);
}

const MEANINGLESS = new Set(
  "if then elif else fi do done while until ! { } exec command builtin time env nohup sudo".split(" "),
);
/** How long the one that follows may take, or how much of the machine: options and numbers. */
const LIMITING = new Set(["timeout", "nice", "ionice"]);
const ASSIGNMENT = /^\w+\+?=/;

/** A program that only starts the one that follows: how many words it takes, options apart. */
const RUNNERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["npx", [""]],
  ["bunx", [""]],
  ["pnpx", [""]],
  ["uvx", [""]],
  ["npm", ["exec", "x"]],
  ["pnpm", ["exec", "dlx"]],
  ["yarn", ["exec", "dlx"]],
  ["bun", ["x"]],
  ["uv", ["run"]],
  ["poetry", ["run"]],
  ["pipx", ["run"]],
  ["hatch", ["run"]],
  ["pdm", ["run"]],
  ["pipenv", ["run"]],
]);
const INTERPRETERS = /^(?:sh|bash|dash|zsh|ksh|ash|\.|source|node)$/;

/** Word by word: whoever writes a thousand braces is not to make gate copy what follows each of them. */
function unwrapped({ line, words }: ShellCommand): readonly ShellCommand[] {
  const start = startOfCommand(words);
  const own = words.slice(start);
  // npm exec prettier -- --write: this one is not for prettier
  const dashes = words.slice(0, start).some((word) => RUNNERS.has(word)) ? own.indexOf("--") : -1;
  const [first, ...rest] = dashes === -1 ? own : own.toSpliced(dashes, 1);
  if (first === undefined) return [];
  const command: ShellCommand = { line, words: [first, ...rest] };
  return INTERPRETERS.test(first) ? interpreted(line, rest, command) : [command];
}

function startOfCommand(words: readonly string[]): number {
  for (let at = 0; ; ) {
    const first = words[at];
    if (first === undefined) return at;
    const runs = RUNNERS.get(first) ?? [];
    if (MEANINGLESS.has(first) || ASSIGNMENT.test(first)) at += 1;
    else if (LIMITING.has(first)) at = pastOptions(words, at + 1, /^[-+\d]/);
    else if (runs.includes("")) at = pastOptions(words, at + 1);
    else if (runs.includes(words[at + 1] ?? "")) at = pastOptions(words, at + 2);
    else return at;
  }
}

function pastOptions(words: readonly string[], from: number, option = /^-/): number {
  let at = from;
  while (option.test(words[at] ?? "")) at += 1;
  return at;
}

function interpreted(line: number, rest: readonly string[], whole: ShellCommand): readonly ShellCommand[] {
  const script = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  const text = script === -1 ? undefined : rest[script + 1];
  if (text !== undefined) return commandsOf(text).map((one) => ({ ...one, line: line + one.line - 1 }));
  const [first, ...others] = withoutOptions(rest);
  return first === undefined ? [whole] : [{ line, words: [first, ...others] }];
}

function withoutOptions(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !word.startsWith("-"));
  return start === -1 ? [] : words.slice(start);
}

interface Building {
  readonly line: number;
  readonly words: [string, ...string[]];
}

/** A parenthesis or a backtick; for `$(` and a backtick with the command that it stands in, where it has words. */
interface Opened {
  readonly by: string;
  readonly within: Building | null;
}

/** Cuts a script into words and commands, character by character. */
class Reader {
  readonly #text: string;
  readonly #commands: Building[] = [];
  readonly #opened: Opened[] = [];
  /** The command whose words go on behind what is put into it. */
  #resumed: Building | null = null;
  readonly #hereDocuments: string[] = [];
  #at = 0;
  #line = 1;
  #words: string[] = [];
  #word: string | null = null;
  #startedOn = 1;

  constructor(text: string) {
    this.#text = text.replaceAll("\r\n", "\n");
  }

  read(): readonly ShellCommand[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at] ?? "");
    this.#endCommand();
    return this.#commands;
  }

  #step(mark: string): void {
    if (mark === "\\") this.#escape();
    else if (mark === "'" || mark === '"') this.#quoted(mark);
    else if (mark === "\n") this.#endLine();
    else if (mark === " " || mark === "\t") this.#endWordAt();
    else if (mark === "#" && this.#word === null) this.#skipLine();
    else if (this.#text.startsWith("<<", this.#at)) this.#hereDocument();
    else if (this.#text.startsWith("${", this.#at)) this.#take(this.#expansionEnd());
    else if (mark === "&" && this.#isRedirection()) this.#take(1);
    else if (";&|()`".includes(mark)) this.#separator();
    else this.#take(1);
  }

  #take(length: number): void {
    if (this.#word === null && this.#words.length === 0) this.#startedOn = this.#line;
    this.#word = (this.#word ?? "") + this.#text.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  #escape(): void {
    const next = this.#text[this.#at + 1] ?? "";
    this.#at += 1;
    if (next === "\n") {
      this.#line += 1;
      this.#at += 1;
    } else this.#take(1);
  }

  #quoted(mark: string): void {
    this.#at += 1;
    this.#take(0);
    while (this.#at < this.#text.length && this.#text[this.#at] !== mark) {
      const escaped = mark === '"' && this.#text[this.#at] === "\\";
      if (escaped) this.#at += 1;
      this.#take(1);
      if (this.#text[this.#at - 1] === "\n") this.#line += 1;
    }
    this.#at += 1;
  }

  #expansionEnd(): number {
    const end = this.#text.indexOf("}", this.#at);
    return (end === -1 ? this.#text.length : end + 1) - this.#at;
  }

  /** `2>&1` and `&>file` are no ends of commands. */
  #isRedirection(): boolean {
    return this.#text[this.#at - 1] === ">" || this.#text[this.#at + 1] === ">";
  }

  #separator(): void {
    const mark = this.#text[this.#at] ?? "";
    const closed = this.#opened.at(-1)?.by === (mark === ")" ? "(" : mark) && mark !== "(";
    const substitutes = mark === "`" || (mark === "(" && this.#word?.endsWith("$") === true);
    // the sign of "$(" belongs to what it opens
    if (mark === "(" && substitutes) this.#word = null;
    this.#at += 1;
    const ended = this.#endCommand();
    if (closed) this.#resumed = this.#opened.pop()?.within ?? null;
    else if ("(`".includes(mark)) this.#opened.push({ by: mark, within: substitutes ? ended : null });
  }

  #endWordAt(): void {
    this.#at += 1;
    this.#endWord();
  }

  #endWord(): void {
    if (this.#word !== null) this.#words.push(this.#word);
    this.#word = null;
  }

  #endCommand(): Building | null {
    this.#endWord();
    const [first, ...rest] = this.#words;
    const resumed = this.#resumed;
    this.#words = [];
    this.#resumed = null;
    if (first === undefined) return resumed;
    if (resumed !== null) {
      resumed.words.push(first, ...rest);
      return resumed;
    }
    const command: Building = { line: this.#startedOn, words: [first, ...rest] };
    this.#commands.push(command);
    return command;
  }

  #skipLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #hereDocument(): void {
    const found = /^<<-?\s*(["']?)([\w.]+)\1/.exec(this.#text.slice(this.#at, this.#at + 200));
    this.#endWord();
    if (found?.[2] !== undefined) this.#hereDocuments.push(found[2]);
    this.#at += found?.[0].length ?? 2;
  }

  #endLine(): void {
    this.#endCommand();
    this.#at += 1;
    this.#line += 1;
    for (const end of this.#hereDocuments.splice(0)) this.#skipTo(end);
  }

  #skipTo(end: string): void {
    while (this.#at < this.#text.length) {
      const lineEnd = this.#text.indexOf("\n", this.#at);
      const line = this.#text.slice(this.#at, lineEnd === -1 ? undefined : lineEnd);
      this.#at = lineEnd === -1 ? this.#text.length : lineEnd + 1;
      this.#line += 1;
      if (line.trim() === end) return;
    }
  }
}
