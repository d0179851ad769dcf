import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { vi } from "vitest";
import { type ExecuteOptions, type Execution, executeSuite } from "../../src/suite/execute.ts";

/** Runs suites in a directory of its own, which is removed at the end. */
export interface ExecutionRig {
  readonly directory: string;
  readonly outputPath: string;
  readonly sessionId: string;
  readonly execute: (command: string, overrides?: Partial<ExecuteOptions>) => Promise<Execution>;
  readonly output: () => string;
  readonly remove: () => void;
}

export function executionRig(): ExecutionRig {
  const directory = mkdtempSync(join(tmpdir(), "gate-execution-"));
  const outputPath = join(directory, "output.log");
  const sessionId = newSessionId();
  return {
    directory,
    outputPath,
    sessionId,
    execute: (command, overrides = {}) =>
      executeSuite({
        command,
        cwd: directory,
        env: { PATH: process.env.PATH ?? "" },
        timeoutMs: 60_000,
        graceMs: 5000,
        sessionId,
        outputPath,
        echo: collector().stream,
        abort: new AbortController().signal,
        ...overrides,
      }),
    output: () => readFileSync(outputPath, "utf8"),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Unique: test files run at the same time, and sessions are told apart by their ids. */
export function newSessionId(): string {
  return `RUN_20260213_142722-${randomUUID()}`;
}

/** Takes what is written to it, and says when some text has come. */
export function collector(): {
  readonly stream: Writable;
  readonly text: () => string;
  readonly until: (text: string) => Promise<void>;
} {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const text = () => Buffer.concat(chunks).toString("utf8");
  return {
    stream,
    text,
    until: (wanted) => eventually(() => text().includes(wanted)),
  };
}

/** Polls until it holds; throws when it does not within a time far above what is ever needed. */
export async function eventually(holds: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!holds()) throw new Error("it did not become true in time");
    },
    { timeout: 20_000, interval: 20 },
  );
}

/** Processes with the session's id in their environment; looked up apart from the code under test. */
export function carriersOf(sessionId: string): readonly number[] {
  return processIds().filter((pid) =>
    readProcessFile(pid, "environ").split("\0").includes(`GATE_SESSION=${sessionId}`),
  );
}

/** Processes with some text in their command line, such as the watchdog of a session. */
export function processesNaming(text: string): readonly number[] {
  return processIds().filter((pid) => pid !== process.pid && readProcessFile(pid, "cmdline").includes(text));
}

export function isAlive(pid: number): boolean {
  const stat = readProcessFile(pid, "stat");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

function processIds(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readProcessFile(pid: number, name: "environ" | "cmdline" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
