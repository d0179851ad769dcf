import type { Writable } from "node:stream";
import { isDiskFull } from "../files/files.ts";
import { type CapturedProcess, captureAtOnce, captureProcess, exitCodeOf } from "../process/capture.ts";

/** Where a git command runs and what it may see. */
export interface GitPlace {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface GitOptions {
  /** What goes to standard input: all of it, or someone who writes it piece by piece and ends it. */
  readonly input?: Uint8Array | string | ((stdin: Writable) => void);
  /** Where the output goes instead of into memory: a file descriptor, or someone who takes it piece by piece. */
  readonly output?: number | ((chunk: Buffer) => void);
  /** Additions to the environment, such as another index file. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes besides 0 that are an answer and not a failure. */
  readonly accept?: readonly number[];
}

/** Git could not do what it was asked. Nothing is concluded from it: whoever judges says no. */
export class GitError extends Error {
  readonly command: string;
  readonly stderr: string;

  constructor(args: readonly string[], ending: string, stderr: string) {
    const lines = stderr.trim().split("\n");
    // Warnings and hints may come before what it died of.
    const [said = ""] = [...lines.filter((line) => /^(?:fatal|error):/.test(line)), ...lines];
    super(`git ${commandIn(args)} ${ending}${said === "" ? "" : `: ${said}`}`);
    this.name = "GitError";
    this.command = ["git", ...args].join(" ");
    this.stderr = stderr;
  }

  get diskFull(): boolean {
    return /No space left on device|Disk quota exceeded|Out of diskspace/.test(this.stderr);
  }
}

/** What stands behind the settings (`-c name=value`). */
function commandIn(args: readonly string[]): string {
  const [first = "", , ...others] = args;
  return first === "-c" ? commandIn(others) : first;
}

/** Whether gate or git found no room to write. */
export function ranOutOfSpace(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof GitError && error.diskFull);
}

/** For questions that are answered within milliseconds, of which there are few. */
export function gitAtOnce(
  { directory, environment }: GitPlace,
  args: readonly string[],
  { input, accept = [], timeoutMs = PATIENCE_MS }: AtOnceOptions = {},
): Answer {
  const place = { cwd: directory, env: environment, timeoutMs };
  const ended = captureAtOnce("git", args, input === undefined ? place : { ...place, input });
  if (ended.started && ended.timedOut) {
    const waited = `had not answered after ${timeoutMs / 1000} s`;
    throw new GitError(args, `${waited}: a pattern with many stars can keep it for ever`, "");
  }
  return answerOf(args, ended, accept);
}

interface AtOnceOptions extends Pick<GitOptions, "accept"> {
  readonly input?: Uint8Array;
  readonly timeoutMs?: number;
}

/** A thousand times as long as it takes. */
const PATIENCE_MS = 30_000;

export async function git(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  return (await gitAnswer(place, args, options)).stdout;
}

/** For commands that answer by exit code: 0 is yes, 1 is no, all else is a failure. */
export async function gitSays(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<boolean> {
  return (await gitAnswer(place, args, { ...options, accept: [1] })).code === 0;
}

/** For a single quick question, asked before anything else is under way. null where git gave no answer. */
export function gitExitCode({ directory, environment }: GitPlace, args: readonly string[]): number | null {
  return exitCodeOf("git", args, { cwd: directory, env: environment });
}

interface Answer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export async function gitAnswer(
  place: GitPlace,
  args: readonly string[],
  { input, output, environment = {}, accept = [] }: GitOptions = {},
): Promise<Answer> {
  const ended = await captureProcess("git", args, {
    cwd: place.directory,
    env: { ...place.environment, ...environment },
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  });
  return answerOf(args, ended, accept);
}

function answerOf(args: readonly string[], ended: CapturedProcess, accept: readonly number[]): Answer {
  if (!ended.started) throw new GitError(args, "could not be started", ended.reason);
  const stderr = ended.stderr.toString("utf8");
  if (ended.code === null) throw new GitError(args, `died of ${ended.signal ?? "a signal"}`, stderr);
  if (ended.code !== 0 && !accept.includes(ended.code)) {
    throw new GitError(args, `failed with exit code ${ended.code}`, stderr);
  }
  return { code: ended.code, stdout: ended.stdout, stderr };
}
