import { basename, dirname } from "node:path";
import { DirectoryTail } from "../adapters/files/tail.ts";
import type { GateEvent } from "../protocol.ts";
import { decodeEvent } from "../suite/event-decoding.ts";

const EVERY_MS = 100;
const LONGEST_LINE = 1 << 20;

/** What only the reading after the end makes something of. */
export const SILENT = /^.{0,120}"type": ?"(?:reads|uses|modules|artifact)"/;

interface Following {
  /** Everything that was written until now has been handed on then. */
  readonly stop: () => Promise<void>;
}

interface Listener {
  readonly event: (event: GateEvent) => void;
  /** A line of the suite's own output. */
  readonly output: (line: string) => void;
  /** Called again and again, also where none came. */
  readonly afterBatch: () => void;
}

/**
 * Hands on the events of a suite, and its output, as they are written, batch by batch. It is tolerant: what is no event
 * is passed over here, and named by whoever judges the run.
 */
export function followSuite(
  { events, output }: { readonly events: string; readonly output: string },
  listener: Listener,
): Following {
  const eventFiles = new DirectoryTail(events, ".ndjson", LONGEST_LINE);
  const outputFile = new DirectoryTail(dirname(output), basename(output), LONGEST_LINE);
  const takeEvent = eventTaker(listener.event);
  const readOn = (): boolean => {
    // a runner prints once more what it has told of a test
    const more = [eventFiles.read(takeEvent), outputFile.read(listener.output)].includes(true);
    // also without news: a large file waits for a while before it is written again
    listener.afterBatch();
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

/** Hands on all events that a part of a session left. */
export function pastEvents(directory: string, take: (event: GateEvent) => void): void {
  const tail = new DirectoryTail(directory, ".ndjson", LONGEST_LINE);
  const takeLine = eventTaker(take);
  while (tail.read(takeLine));
}

function eventTaker(take: (event: GateEvent) => void): (line: string) => void {
  return (line) => {
    if (SILENT.test(line)) return;
    const decoded = decodeEvent(line);
    if (decoded.kind === "event") take(decoded.event);
  };
}
