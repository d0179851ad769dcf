import type { Writable } from "node:stream";
import type { Screen } from "../recording/request.ts";

/** The surroundings of one invocation, as values: only `cli.ts` reads them from the process. */
export interface Context {
  /** Where gate was called, `-C` applied. Absolute. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** Says something to the person watching, at once, on stderr. */
  readonly say: (text: string) => void;
  /** Prints a part of the answer before the rest of it is known, on stdout; nothing where `--json` is asked for. */
  readonly print: (text: string) => void;
  /** Where a suite's own output streams to, untouched. */
  readonly openSuiteOutput: () => Promise<Writable>;
  /** Asks the person at the terminal; null where there is none. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Shows a run as it goes, in place of the suite's own output; null where nobody watches. */
  readonly openScreen: (() => Promise<Screen>) | null;
  /** All that comes on standard input; empty where that is a terminal. */
  readonly input: () => Promise<Buffer>;
  /** Fires on Ctrl-C and on SIGTERM. */
  readonly abort: AbortSignal;
  /** What runs inside other runners: absolute. */
  readonly pluginsDirectory: string;
  /** How this gate was started, for hooks that have to find it again: absolute paths. */
  readonly launcher: { readonly node: string; readonly script: string };
}
