import type { Writable } from "node:stream";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import type { JudgedSuite } from "../judgement/judge.ts";

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
  readonly suiteOutput: Writable;
  readonly abort: AbortSignal;
  readonly now: () => Date;
  /** Says something to the person watching, at once. */
  readonly say: (text: string) => void;
}
