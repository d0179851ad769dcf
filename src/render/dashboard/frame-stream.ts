import { WriteStream } from "node:tty";

const TOGETHER = ["\u001b[?2026h", "\u001b[?2026l"] as const;
const CUT_LONG_LINES = ["\u001b[?7l", "\u001b[?7h"] as const;

/**
 * The terminal as frames are drawn on it. Each is written at once and leaves nothing set: whatever ends gate, and
 * whenever, the cursor is there and lines break as before. A line that a terminal makes wider than it is counted
 * is cut by it, and does not push the others.
 */
export class FrameStream extends WriteStream {
  /** ink hides the cursor of a terminal, for ever if it is killed. */
  override isTTY = false;
  /** ink clears a terminal, with all that was on it before, for what does not fit: layout sees to that. */
  override rows = Number.POSITIVE_INFINITY;

  constructor(fileDescriptor: number) {
    super(fileDescriptor);
    // a terminal that is gone: the run goes on
    this.on("error", () => undefined);
  }

  override _write(
    chunk: Buffer | string,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    const frame = `${TOGETHER[0]}${CUT_LONG_LINES[0]}${chunk.toString()}${CUT_LONG_LINES[1]}${TOGETHER[1]}`;
    super._write(frame, encoding, done);
  }
}
