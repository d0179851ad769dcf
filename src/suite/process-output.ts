import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

interface OutputCopy {
  /**
   * Waits for the end of the source, but only while bytes still come: a process that nobody can reach may
   * hold the pipe for ever, and a stopped terminal may take nothing any more. Then closes the file.
   * Returns why the file is not whole, or null.
   */
  readonly finish: (patienceMs: number) => Promise<string | null>;
}

interface Target {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Forgets the target: what is being written and all that follows is not waited for. */
  readonly drop: () => void;
  readonly problem: () => string | null;
}

/** Copies bytes as they come to a file and to an echo, as fast as the slower of the two takes them. */
export function copyOutput(source: Readable, file: Writable, echo: Writable): OutputCopy {
  const kept = openTarget(file);
  const shown = openTarget(echo);
  let chunks = 0;
  let ended = false;

  const copying = (async () => {
    try {
      for await (const chunk of source) {
        chunks += 1;
        await Promise.all([kept.write(chunk), shown.write(chunk)]);
      }
    } catch {
      // The pipe was let go of, or broke: what came until then is copied.
    }
    ended = true;
  })();

  const untilStalled = async (patienceMs: number): Promise<void> => {
    let seen = -1;
    while (!ended && seen !== chunks) {
      seen = chunks;
      await firstOf(copying, patienceMs);
    }
  };

  return {
    finish: async (patienceMs) => {
      await untilStalled(patienceMs);
      shown.drop();
      await untilStalled(patienceMs);
      source.destroy();
      await firstOf(copying, patienceMs);
      await firstOf(new Promise<void>((resolve) => file.end(resolve)), patienceMs);
      return kept.problem();
    },
  };
}

/** A target that fails (a closed terminal, a full disk) is left out from then on; the other goes on. */
function openTarget(stream: Writable): Target {
  let problem: string | null = null;
  let open = true;
  let settle: () => void = () => undefined;
  const note = (error: Error) => {
    problem ??= error.message;
  };
  const drop = () => {
    open = false;
    settle();
    // A failed write is told again as an event when the stream has closed, and throws where nobody listens.
    if (problem === null) stream.off("error", note);
  };
  stream.on("error", note);

  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve) => {
      settle = resolve;
      stream.write(chunk, (error) => {
        if (error) {
          note(error);
          drop();
        }
        resolve();
      });
    });

  return { write: async (chunk) => (open ? write(chunk) : undefined), drop, problem: () => problem };
}

async function firstOf(event: Promise<void>, limitMs: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([event, delay(limitMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
