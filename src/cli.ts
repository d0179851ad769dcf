import { resolve } from "node:path";
import { areOnePlace, StandardOutput } from "./adapters/files/standard-output.ts";
import type { Context } from "./commands/context.ts";
import { plainArguments } from "./commands/why-ignored-arguments.ts";
import type { ExitCode } from "./outcome.ts";
import type { EchoedOutput } from "./render/dashboard/echoed-output.ts";
import type { Watching } from "./render/dashboard/form.ts";
import type { Terminal, TerminalScreen } from "./render/dashboard/screen.ts";
import { printable } from "./render/printable.ts";
import { type Answer, type Verb, verbs } from "./verbs.ts";

const INDEX = { rev: null, config: null, inputs: false };
const HEAD = { revision: "HEAD", base: null, suite: null, deep: false, at: null };

/** Hooks and scripts call these with nothing else: they need no parser. */
const HOT: Readonly<Record<string, () => Verb>> = {
  "pre-commit": verbs.preCommit,
  "post-commit": verbs.postCommit,
  "pre-merge-commit": verbs.preMergeCommit,
  "pre-push": verbs.prePush,
  "post-merge": verbs.postMerge,
  "post-rewrite": verbs.postRewrite,
  status: () => verbs.status(INDEX),
  "status --json": () => verbs.status(INDEX),
  verify: () => verbs.verify(HEAD, "text"),
  "verify --json": () => verbs.verify(HEAD, "text"),
};

const INTERRUPTED: ExitCode = 130;
/** Should everything come to rest before there is an answer, that is no yes. */
const UNANSWERED: ExitCode = 70;
/** Who only wanted the first lines of something long has got them. */
const READ_ENOUGH: ExitCode = 0;
const UNWRITTEN: ExitCode = 1;
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

async function start(args: readonly string[]): Promise<void> {
  let answered = false;
  process.exitCode = UNANSWERED;
  process.on("exit", (code) => {
    if (code === UNANSWERED && !answered) complain(`${ENDED_EARLY}\n`);
  });
  try {
    process.exitCode = await main(args);
  } catch (error) {
    const { describeFailure } = await import("./render/failure.ts");
    const { exit, text } = describeFailure(error);
    complain(`${printable(text)}\n`);
    process.exitCode = exit;
  }
  answered = true;
  // All is done and said. V8 would tidy its memory up once more, which takes 10 ms, before it finds nothing left to do.
  if (!isStillAtWork()) process.exit();
}

const ENDED_EARLY =
  "gate  this is a bug in gate: it came to its end without an answer. Try again, and please report it:\n" +
  "      https://www.npmjs.com/package/model-gate";

async function main(args: readonly string[]): Promise<ExitCode> {
  const startedIn = process.cwd();
  const hot = hotVerb(args);
  if (hot !== null) return perform(hot.verb, hot.json, startedIn, environment());
  const { parseCommandLine } = await import("./command-line.ts");
  const parsed = await parseCommandLine(args, { writeOut: print, writeErr: complain });
  if ("usageExit" in parsed) return parsed.usageExit;
  const { verb, json, directory } = parsed.invocation;
  const elsewhere = resolve(directory);
  if (elsewhere === startedIn) return perform(verb, json, startedIn, environment());
  const { environmentIn } = await import("./adapters/git/elsewhere.ts");
  return perform(verb, json, elsewhere, await environmentIn(elsewhere, startedIn, environment()));
}

function hotVerb(args: readonly string[]): { readonly verb: Verb; readonly json: boolean } | null {
  const verb = HOT[args.join(" ")];
  if (verb !== undefined) return { verb: verb(), json: args.includes("--json") };
  const plain = args[0] === "why-ignored" ? plainArguments(args.slice(1)) : null;
  return plain === null ? null : { verb: verbs.whyIgnored(plain.options), json: plain.json };
}

type Environment = Readonly<Record<string, string>>;

function environment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function perform(verb: Verb, json: boolean, directory: string, env: Environment): Promise<ExitCode> {
  const interruption = interruptionBySignals();
  const context = contextOf(directory, env, json, interruption);
  const { exit, document, text, forPrograms = false } = await answerOf(() => verb(context));
  const shown = json ? JSON.stringify(document) : printable(typeof text === "string" ? text : text());
  const isAnswer = json || exit === 0 || forPrograms;
  if (shown !== "") (isAnswer ? print : complain)(`${shown}\n`);
  return interruption.happened ? INTERRUPTED : exit;
}

/** What no command has foreseen is an answer as well: whoever asked for JSON gets it. */
async function answerOf(verb: () => Promise<Answer>): Promise<Answer> {
  try {
    return await verb();
  } catch (error) {
    const { describeFailure } = await import("./render/failure.ts");
    return describeFailure(error);
  }
}

interface Interruption {
  readonly happened: boolean;
  /** Made when it is asked for: it costs a start a millisecond. */
  readonly signal: AbortSignal;
}

/** The first Ctrl-C asks everything to end in order; the second ends gate at once, and its watchdog the rest. */
function interruptionBySignals(): Interruption {
  let happened = false;
  let abort: AbortController | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (happened) process.exit(INTERRUPTED);
      happened = true;
      abort?.abort();
    });
  }
  return {
    get happened() {
      return happened;
    },
    get signal() {
      abort ??= new AbortController();
      if (happened) abort.abort();
      return abort.signal;
    },
  };
}

function contextOf(directory: string, env: Environment, json: boolean, interruption: Interruption): Context {
  const screens: TerminalScreen[] = [];
  const say = (text: string) => {
    if (!screens.some((screen) => screen.say(text))) complain(`${text}\n`);
  };
  return {
    directory,
    environment: env,
    now: () => new Date(),
    say: (text) => say(printable(text)),
    print: (text) => {
      if (!json && !print(`${printable(text)}\n`)) process.exit(READ_ENOUGH);
    },
    openSuiteOutput,
    get ask() {
      return isTerminal(STDIN) && isTerminal(STDERR)
        ? (question: string) => ask(question, interruption.signal)
        : null;
    },
    openScreen: async () => {
      const screen = await openScreen({ environment: env, json, say, abort: interruption.signal });
      screens.push(screen);
      return screen;
    },
    input: standardInput,
    get abort() {
      return interruption.signal;
    },
    pluginsDirectory: resolve(import.meta.dirname, "../plugins"),
    launcher: { node: process.execPath, script: process.argv[1] ?? "" },
  };
}

type Watched = Pick<Watching, "environment" | "json"> & Pick<Terminal, "say" | "abort">;

async function openScreen({ environment, json, say, abort }: Watched): Promise<TerminalScreen> {
  const dashboard = await import("./render/dashboard/screen.ts");
  const stderr = errors.stream();
  const size = () => ({ columns: stderr.columns ?? 0, rows: stderr.rows ?? 0 });
  return dashboard.openScreen({
    fileDescriptor: STDERR,
    watching: { ...size(), terminal: isTerminal(STDERR), json, environment },
    size,
    onResize: (changed) => {
      stderr.on("resize", changed);
      return () => stderr.off("resize", changed);
    },
    onContinue: (continued) => {
      process.on("SIGCONT", continued);
      return () => process.off("SIGCONT", continued);
    },
    suiteOutput: await openSuiteOutput(),
    say,
    now: () => new Date(),
    abort,
  });
}

/** Loaded when asked: it costs a start 4 ms. */
function isTerminal(fileDescriptor: number): boolean {
  return process.getBuiltinModule("node:tty").isatty(fileDescriptor);
}

/** Whoever interrupts, or closes the input (Ctrl-D), has not said yes. */
async function ask(question: string, abort: AbortSignal): Promise<boolean> {
  const { createInterface } = process.getBuiltinModule("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, Ctrl-C is a key to it and no signal.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const unanswered = new Promise<null>((settle) => {
    terminal.once("close", () => settle(null));
    abort.addEventListener("abort", () => settle(null), { once: true });
    if (abort.aborted) settle(null);
  });
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), unanswered]);
    if (answer === null) complain("\n");
    return answer !== null && /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function standardInput(): Promise<Buffer> {
  if (isTerminal(STDIN)) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** One for all suites: who speaks next has to know whether the last of them left a line open. */
let suiteOutput: EchoedOutput | null = null;

/** Opened when used: a stream costs a start a millisecond or two. */
async function openSuiteOutput(): Promise<EchoedOutput> {
  const { EchoedOutput } = await import("./render/dashboard/echoed-output.ts");
  suiteOutput ??= new EchoedOutput(errors.stream());
  return suiteOutput;
}

/** An answer that nobody wants to read is no error; one that cannot be written (a full disk) is no answer. */
const answers = new StandardOutput(
  STDOUT,
  () => process.stdout,
  (error) => {
    complain(`gate  the answer could not be written: ${error.message}\n`);
    process.exitCode = process.exitCode || UNWRITTEN;
  },
);

/** Nobody may listen any more (a closed terminal, `2>&1 | head`): what is being done goes on all the same. */
const errors = new StandardOutput(
  STDERR,
  () => process.stderr,
  () => undefined,
);

/** False where nobody reads it any more. */
function print(text: string): boolean {
  if (suiteOutput !== null && areOnePlace(STDOUT, STDERR)) suiteOutput.endLine();
  return answers.write(text);
}

function complain(text: string): void {
  suiteOutput?.endLine();
  errors.write(text);
}

/**
 * What one branch of several was doing when another failed goes on to its end, which tidies up. Of the streams that
 * are open only the pipe or the terminal behind stderr is told of.
 */
function isStillAtWork(): boolean {
  if (answers.hasStream || errors.holds) return true;
  return process.getActiveResourcesInfo().some((one) => one !== "PipeWrap" && one !== "TTYWrap");
}

void start(process.argv.slice(2));
