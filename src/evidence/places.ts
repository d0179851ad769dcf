import { join } from "node:path";
import type { Repository } from "../adapters/git/repository.ts";

/** gate's own files of one worktree, under its git directory: never tracked, safe to delete. */
export interface Places {
  readonly directory: string;
  readonly memo: string;
  /** Which state of the index was last found to agree with the memo. */
  readonly memoIndex: string;
  readonly lock: string;
  readonly journal: string;
  /** Which evidence was last written to the working tree, by suite. */
  readonly attached: string;
  /** What the pre-commit hook judged, for post-commit. */
  readonly judged: string;
  /** The tree that a person was last told is stale. hooks/memo reads it. */
  readonly said: string;
  readonly configurations: string;
  /** Another one at each call: what a killed gate has left must not be read by a process of the same number. */
  readonly scratchIndex: string;
}

export function placesOf({ gitDirectory }: Pick<Repository, "gitDirectory">): Places {
  const directory = join(gitDirectory, "gate");
  return {
    directory,
    memo: join(directory, "memo"),
    memoIndex: join(directory, "memo.index"),
    lock: join(directory, "lock"),
    journal: join(directory, "journal.json"),
    attached: join(directory, "attached.json"),
    judged: join(directory, "judged"),
    said: join(directory, "said"),
    configurations: join(directory, "configurations"),
    scratchIndex: join(directory, `index-${process.pid}-${Math.random().toString(36).slice(2)}`),
  };
}
