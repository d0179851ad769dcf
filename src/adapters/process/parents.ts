import { isAlive, lifeOf, nameOf } from "../files/life.ts";

const EVERY_MS = 500;

/** Fires once the program that waits for gate is gone, which then nobody does. */
export interface ParentWatch {
  readonly gone: AbortSignal;
  readonly end: () => void;
}

/**
 * Watches the nearest program of this name among those that have started gate. Where none is called so, as far as the
 * system tells, whoever has started gate itself is watched.
 */
export function watchParent(name: string): ParentWatch {
  const gone = new AbortController();
  const parent = parentCalled(name);
  const own = process.ppid;
  const isThere = () => (parent === null ? process.ppid === own : isAlive(parent.pid, parent.start));
  const timer = setInterval(() => {
    if (!isThere()) gone.abort();
  }, EVERY_MS);
  timer.unref();
  return { gone: gone.signal, end: () => clearInterval(timer) };
}

function parentCalled(name: string): { readonly pid: number; readonly start: string | null } | null {
  for (let pid: number | null = process.ppid; pid !== null && pid > 1; ) {
    const life = lifeOf(pid);
    if (life === null) return null;
    if (nameOf(pid) === name) return { pid, start: life.start };
    pid = life.parent;
  }
  return null;
}
