import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Writable } from "node:stream";
import { fileErrorCode } from "../files/files.ts";

export type CapturedProcess = FinishedProcess | UnstartedProcess;

interface FinishedProcess {
  readonly started: true;
  /** null where a signal ended the process. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

interface UnstartedProcess {
  readonly started: false;
  readonly reason: string;
}

interface CaptureOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** For standard input, which is empty without it: all of it, or someone who writes it piece by piece and ends it. */
  readonly input?: Uint8Array | string | ((stdin: Writable) => void);
  /** Where standard output goes instead of into memory: a file descriptor, or someone who takes it piece by piece. */
  readonly output?: number | ((chunk: Buffer) => void);
  /** After this time the process and its children are killed. */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end and returns its output as bytes.
 * It is on the way of every commit, hence without a library.
 */
export function captureProcess(
  file: string,
  args: readonly string[],
  options: CaptureOptions,
): Promise<CapturedProcess> {
  const limited = options.timeoutMs !== undefined;
  let child: ChildProcess;
  try {
    // A group of its own, where there is a limit: the limit then ends what a wrapper script started, too.
    child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [
        options.input === undefined ? "ignore" : "pipe",
        typeof options.output === "number" ? options.output : "pipe",
        "pipe",
      ],
      detached: limited,
      windowsHide: true,
    });
  } catch (error) {
    return Promise.resolve({ started: false, reason: reasonOf(error) });
  }
  return follow(child, options);
}

/**
 * The exit code of a program that answers by it within milliseconds; null where it has none. Everything
 * waits for it: that is 7 ms faster than setting up what a process at work beside us needs.
 */
export function exitCodeOf(
  file: string,
  args: readonly string[],
  { cwd, env }: Pick<CaptureOptions, "cwd" | "env">,
): number | null {
  return spawnSync(file, args, { cwd, env, stdio: "ignore", windowsHide: true }).status;
}

interface AtOnceOptions extends Pick<CaptureOptions, "cwd" | "env"> {
  readonly input?: Uint8Array | string;
  /** No signal is heard meanwhile: after this time the program is killed. */
  readonly timeoutMs: number;
}

/** Runs a program that answers within milliseconds. Everything waits for it, which is faster, as above. */
export function captureAtOnce(
  file: string,
  args: readonly string[],
  { cwd, env, input, timeoutMs }: AtOnceOptions,
): CapturedProcess {
  const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: Number.POSITIVE_INFINITY } as const;
  const options = { cwd, env, windowsHide: true, ...limits };
  const ended = spawnSync(file, args, input === undefined ? options : { ...options, input });
  if (ended.pid === 0 || ended.stdout === null) return { started: false, reason: reasonOf(ended.error) };
  const { status: code, signal, stdout, stderr } = ended;
  const timedOut = ended.error !== undefined && fileErrorCode(ended.error) === "ETIMEDOUT";
  return { started: true, code, signal, timedOut, stdout, stderr };
}

/** Whether it ran and ended well: exit code 0 and no signal. */
export function succeeded(captured: CapturedProcess): captured is FinishedProcess & { readonly code: 0 } {
  return captured.started && captured.code === 0 && captured.signal === null && !captured.timedOut;
}

function follow(child: ChildProcess, options: CaptureOptions): Promise<CapturedProcess> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? null
        : setTimeout(() => {
            timedOut = true;
            killGroup(child);
          }, options.timeoutMs);

    const take =
      typeof options.output === "function" ? options.output : (chunk: Buffer) => stdout.push(chunk);
    child.stdout?.on("data", take);
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error) => {
      if (child.pid !== undefined) return;
      if (timer !== null) clearTimeout(timer);
      resolve({ started: false, reason: reasonOf(error) });
    });
    child.on("close", (code, signal) => {
      if (timer !== null) clearTimeout(timer);
      resolve({
        started: true,
        code,
        signal,
        timedOut,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
      });
    });

    // A program may end without reading its input (EPIPE); its exit code says whether that is a failure.
    child.stdin?.on("error", () => undefined);
    if (child.stdin === null) return;
    if (typeof options.input === "function") options.input(child.stdin);
    else child.stdin.end(options.input);
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  // A descendant in another group may hold the pipes for as long as it likes.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
