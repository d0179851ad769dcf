import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { GATE, type Rig } from "./repository.ts";
import { livingProcesses, until } from "./started.ts";

/** Where it is missing, the tests that need it are left out, and say so. */
export const HAS_TMUX = spawnSync("tmux", ["-V"]).status === 0;

interface Shape {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real terminal of some size, by tmux, with gate running in it and a shell after it. */
export class Terminal {
  readonly #socket: string;
  readonly #env: Readonly<Record<string, string>>;

  static async open(rig: Rig, { columns, rows, env = {} }: Shape, command: string): Promise<Terminal> {
    const terminal = new Terminal(rig, env);
    onTestFinished(async () => {
      spawnSync("tmux", ["-S", terminal.#socket, "kill-server"], { env: terminal.#env });
      // a gate whose terminal went away stops its suite and writes down how it ended, in what is removed next
      await until(() => livingProcesses(rig).length === 0, "what ran in the terminal to end");
    });
    // the shell outlives a Ctrl-C, as an interactive one does
    const script = `trap : INT; cd '${rig.directory}'; ${command}; echo "ended: $?"; PS1='$ ' exec sh`;
    const size = ["-x", String(columns), "-y", String(rows)];
    terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "sh", "-c", script);
    return terminal;
  }

  private constructor(rig: Rig, env: Readonly<Record<string, string>>) {
    this.#socket = join(rig.base, "tmux");
    this.#env = { ...rig.env, ...env };
  }

  /** What can be seen, without the empty rows below it. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").trimEnd();
  }

  /** With what was pushed out of the window at its top. */
  everything(): string {
    return this.#tmux("capture-pane", "-p", "-S", "-").trimEnd();
  }

  /** With the controls that colour it. */
  colours(): string {
    return this.#tmux("capture-pane", "-p", "-e").trimEnd();
  }

  /** As tmux names keys: `C-c`, `Enter`. */
  press(...keys: readonly string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** Whether a cursor is seen and long lines break: what a program has to leave as it was. */
  isAsBefore(): boolean {
    return (
      this.#tmux("display-message", "-p", "#{cursor_flag} #{wrap_flag} #{alternate_on}").trim() === "1 1 0"
    );
  }

  /** As closing its window does. */
  close(): void {
    this.#tmux("kill-server");
  }

  #tmux(...args: readonly string[]): string {
    const options = { env: this.#env, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("tmux", ["-u", "-S", this.#socket, ...args], options);
  }
}

/** The command that runs gate in a terminal. */
export const gateRun = (...args: readonly string[]) => [process.execPath, GATE, "run", ...args].join(" ");
