import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { readEvents } from "../../src/suite/events.ts";
import { nodeOptions } from "../../src/suite/injection.ts";
import { followReads, type Reads } from "../../src/suite/reads.ts";
import { PROJECT } from "./repository.ts";

export interface NodeEnded {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project whose Node processes are observed as `gate run` has it, below directories with awkward names. */
export class ObservedProject {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "gate-observed-")));
  readonly directory = join(this.base, "the project");
  readonly #hook = join(this.base, 'plug "ins" \\/node/observe.cjs');

  constructor(files: Readonly<Record<string, string>>) {
    onTestFinished(() => rmSync(this.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    for (const name of ["events", "artifacts"]) mkdirSync(join(this.base, name));
    cpSync(join(PROJECT, "plugins/node"), dirname(this.#hook), { recursive: true });
    this.settings({ observe: true });
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  settings(settings: object): void {
    writeFileSync(join(this.base, "reporter.json"), JSON.stringify(settings));
  }

  /** What gate adds to a suite's environment. */
  get gateEnvironment(): Readonly<Record<string, string>> {
    return {
      GATE_EVENTS: join(this.base, "events"),
      GATE_ARTIFACTS: join(this.base, "artifacts"),
      GATE_ROOT: this.directory,
      GATE_SETTINGS: join(this.base, "reporter.json"),
      NODE_OPTIONS: nodeOptions(undefined, this.#hook),
    };
  }

  node(
    args: readonly string[],
    env: Readonly<Record<string, string>> = this.gateEnvironment,
  ): Promise<NodeEnded> {
    const plain = { PATH: process.env.PATH ?? "", HOME: this.base, NO_COLOR: "1" };
    return new Promise((resolve, reject) => {
      const options = { cwd: this.directory, env: { ...plain, ...env } };
      const child = spawn(process.execPath, args, options);
      child.stdin.end();
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  events(): ReturnType<typeof readEvents> {
    return readEvents({
      eventsDirectory: join(this.base, "events"),
      artifactsDirectory: join(this.base, "artifacts"),
      logsDirectory: join(this.base, "logs"),
    });
  }

  /** What the tests of these files have read, and what anybody has. */
  async reads(...testFiles: readonly string[]): Promise<{
    readonly all: readonly string[];
    readonly of: (testFile: string) => readonly string[];
  }> {
    const { observed } = await this.events();
    const reads: Reads = followReads(observed, new Map(testFiles.map((file) => [file, file])));
    return {
      all: [...reads.all].sort(),
      of: (testFile) => [...(reads.byTest.get(testFile) ?? [])].sort(),
    };
  }
}
