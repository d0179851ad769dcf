import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Ended } from "./processes.ts";
import type { Rig } from "./repository.ts";

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has said so far, on both streams. */
  readonly said: () => string;
  /** To the program alone. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** To its whole process group, as the terminal does on Ctrl-C. */
  readonly signalGroup: (signal: NodeJS.Signals) => void;
}

/** Starts a program in a session of its own, to be interrupted by the test. */
export function start(
  rig: Rig,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(file, args, { cwd: rig.directory, env: { ...rig.env, ...env }, detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} did not start`);
  child.stdin.end();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("utf8");
  const ended = new Promise<Ended>((done) => {
    child.on("close", (code, signal) => done({ code, signal, stdout: text(stdout), stderr: text(stderr) }));
  });
  return {
    pid,
    ended,
    said: () => text(stdout) + text(stderr),
    signal: (signal) => process.kill(pid, signal),
    signalGroup: (signal) => process.kill(-pid, signal),
  };
}

/** Waits for what another process does; the test's own time limit is the last word. */
export async function until(condition: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for: ${what}`);
    await delay(10);
  }
}

export interface Living {
  readonly pid: number;
  readonly command: string;
}

/** Everything alive that was started from this rig, however far from its parent: its environment tells. */
export function livingProcesses(rig: Rig): Living[] {
  const mark = `RIG_SUITE=${rig.suite.script}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const environment = kernelText(`/proc/${name}/environ`);
      if (!environment.split("\0").includes(mark)) return [];
      const command = kernelText(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      return command === "" ? [] : [{ pid: Number(name), command }];
    });
}

/** The pid of the gate that is at work in this rig. */
export function gateOf(rig: Rig): number | null {
  return livingProcesses(rig).find(({ command }) => /bin\/gate\.js /.test(command))?.pid ?? null;
}

/** Whether a program with this text among its arguments is alive, whatever its environment. */
export function isRunning(text: string): boolean {
  return readdirSync("/proc").some(
    (name) =>
      /^\d+$/.test(name) &&
      Number(name) !== process.pid &&
      kernelText(`/proc/${name}/cmdline`).includes(text),
  );
}

function kernelText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
