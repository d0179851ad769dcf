import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

/** A program that stays beside gate and answers what is written to it. */
export interface Beside {
  readonly write: (text: string) => void;
  /** Whether an answer is awaited: only then does it keep gate from ending. */
  readonly hold: (awaited: boolean) => void;
  /** Whatever it is doing; nothing is heard of it afterwards. It also ends when gate does: its input is over then. */
  readonly end: () => void;
}

interface BesideOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (chunk: Buffer) => void;
  /** Also where it could not be started. Not called after `end`. */
  readonly onEnd: () => void;
}

/** null where it cannot be started at all. */
export function startBeside(file: string, args: readonly string[], options: BesideOptions): Beside | null {
  const { cwd, env } = options;
  try {
    return besides(spawn(file, args, { cwd, env, stdio: ["pipe", "pipe", "ignore"] }), options);
  } catch {
    return null;
  }
}

function besides(
  child: ChildProcessByStdio<Writable, Readable, null>,
  { onOutput, onEnd }: BesideOptions,
): Beside {
  const pipes = [child.stdin, child.stdout].flatMap((pipe) => (pipe instanceof Socket ? [pipe] : []));
  let ended = false;
  const end = () => {
    ended = true;
    for (const pipe of pipes) pipe.destroy();
    child.kill();
    child.unref();
  };
  const endedByItself = () => {
    if (ended) return;
    end();
    onEnd();
  };
  child.on("error", endedByItself);
  child.on("close", endedByItself);
  child.stdout.on("end", endedByItself);
  for (const pipe of pipes) pipe.on("error", endedByItself);
  child.stdout.on("data", (chunk: Buffer) => {
    if (!ended) onOutput(chunk);
  });
  return {
    write: (text) => {
      child.stdin.write(text);
    },
    // The program itself is held as well: its pipes may be closed before it is known to have ended.
    hold: (awaited) => {
      for (const one of [child, ...pipes]) awaited ? one.ref() : one.unref();
    },
    end,
  };
}
