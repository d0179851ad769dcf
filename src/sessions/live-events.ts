import { DirectoryTail } from "../adapters/files/tail.ts";
import type { GateEvent } from "../protocol.ts";
import { decodeEvent } from "../suite/event-decoding.ts";

const EVERY_MS = 100;
const LONGEST_LINE = 1 << 20;

/** What only the reading after the end makes something of. */
const SILENT = /^.{0,120}"type": ?"(?:reads|uses|modules|environment|artifact)"/;

interface Following {
  /** Everything that was written until now has been handed on then. */
  readonly stop: () => Promise<void>;
}

/**
 * Hands on the events of a suite as they are written, batch by batch. It is tolerant: what is no event is passed
 * over here, and named by whoever judges the run.
 */
export function followEvents(
  directory: string,
  take: (event: GateEvent) => void,
  afterBatch: () => void,
): Following {
  const tail = new DirectoryTail(directory, ".ndjson", LONGEST_LINE);
  let news = 0;
  const readOn = (): boolean => {
    const more = tail.read((line) => {
      if (SILENT.test(line)) return;
      const decoded = decodeEvent(line);
      if (decoded.kind !== "event") return;
      news += 1;
      take(decoded.event);
    });
    if (news > 0) afterBatch();
    news = 0;
    return more;
  };
  let timer = setTimeout(tick, EVERY_MS);
  function tick(): void {
    timer = setTimeout(tick, readOn() ? 0 : EVERY_MS);
  }
  return {
    stop: async () => {
      clearTimeout(timer);
      while (readOn()) await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}
