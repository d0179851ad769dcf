import { setTimeout as delay } from "node:timers/promises";
import { makeDirectory } from "../adapters/files/files.ts";
import { type LockHolder, takeLock } from "../adapters/files/lock.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { placesOf } from "../evidence/places.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

interface Waiting {
  /** How long to wait for another gate in this worktree. */
  readonly patienceMs: number;
  readonly say: (text: string) => void;
  readonly abort: AbortSignal;
  readonly now: () => Date;
}

const POLL_MS = 100;

/** Lets one gate at a time change a worktree. Another one is waited for, and named when it takes too long. */
export async function withLock<T>(
  repository: Repository,
  purpose: string,
  { patienceMs, say, abort, now }: Waiting,
  action: (waited: boolean) => Promise<T>,
): Promise<Result<T, Problem>> {
  const places = placesOf(repository);
  await makeDirectory(places.directory);
  const deadline = now().getTime() + patienceMs;
  let waited = false;
  for (;;) {
    const lock = await takeLock(places.lock, purpose, now().toISOString());
    if (lock.ok) {
      try {
        return ok(await action(waited));
      } finally {
        await lock.value.release();
      }
    }
    if (abort.aborted || now().getTime() >= deadline) return err(lockedBy(lock.error, places.lock));
    if (!waited) say(`gate  waiting for ${describe(lock.error)}`);
    waited = true;
    await delay(POLL_MS);
  }
}

function lockedBy(holder: LockHolder, file: string): Problem {
  return problem("locked", `${describe(holder)} is at work in this worktree.`, {
    hint: `Wait until it has ended, then try again. If that machine or container is gone:  rm ${file}`,
  });
}

function describe({ purpose, pid, host, since }: LockHolder): string {
  return `${purpose} (process ${pid} on ${host}, since ${since.slice(11, 19)} UTC)`;
}
