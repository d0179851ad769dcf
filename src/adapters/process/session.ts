import type { Readable } from "node:stream";
import { execa } from "execa";

export type StartedSession =
  | {
      readonly started: true;
      /** Leader of a process group and session of its own. */
      readonly pid: number;
      /** Standard output and standard error in one pipe, so that they keep their order. */
      readonly output: Readable;
      readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
      /** Lets go of the pipe and the process, whatever holds them. */
      readonly release: () => void;
    }
  | { readonly started: false; readonly reason: string };

/** Starts a shell command in a session of its own, out of reach of the terminal's Ctrl-C; it reads nothing. */
export async function startSession(
  command: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<StartedSession> {
  // The outer shell only joins the two streams and replaces itself by the shell that runs the command.
  const child = execa("/bin/sh", ["-c", 'exec /bin/sh -c "$1" 2>&1', "sh", command], {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    buffer: false,
    reject: false,
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    const { originalMessage, shortMessage } = await child;
    return { started: false, reason: originalMessage ?? shortMessage ?? "the shell did not start" };
  }
  return {
    started: true,
    pid,
    output: child.stdout,
    ended: new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
    }),
    release: () => {
      child.stdout.destroy();
      child.unref();
    },
  };
}
