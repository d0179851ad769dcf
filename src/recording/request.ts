import type { Writable } from "node:stream";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import type { RunObserver } from "../sessions/happening.ts";

/** Which suite of which tree to run, and where. */
export interface RunRequest {
  readonly worktree: Worktree;
  readonly tree: TreeId;
  readonly judged: JudgedSuite;
  readonly reportsDirectories: readonly string[];
  /** Who signs evidence; null where nobody does. */
  readonly signing: Signing | null;
  readonly surroundings: Surroundings;
}

/** What a run needs of the process it runs in. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** What runs inside other runners: absolute. */
  readonly pluginsDirectory: string;
  readonly openSuiteOutput: () => Promise<Writable>;
  readonly abort: AbortSignal;
  readonly now: () => Date;
  /** Says something to the person watching, at once. */
  readonly say: (text: string) => void;
  /** Asks the person at the terminal; null where there is none. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Shows a run as it goes, in place of the suite's own output; null where nobody watches. */
  readonly openScreen: (() => Promise<Screen>) | null;
}

/** Shows a run to the person who watches. */
export interface Screen extends RunObserver {
  /** Where the suite's own output goes meanwhile: between the lines of it, or nowhere that disturbs it. */
  readonly suiteOutput: Writable;
}
