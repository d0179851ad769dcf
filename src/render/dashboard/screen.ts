import type { Writable } from "node:stream";
import type { Screen } from "../../recording/request.ts";
import { Dashboard } from "./dashboard.ts";
import { formFor, styleFor, type Watching } from "./form.ts";
import { FrameStream } from "./frame-stream.ts";
import type { Size } from "./layout.ts";
import { PlainLines } from "./plain-lines.ts";

export interface Terminal {
  readonly fileDescriptor: number;
  readonly watching: Watching;
  readonly size: () => Size;
  readonly onResize: (changed: () => void) => () => void;
  readonly onContinue: (continued: () => void) => () => void;
  /** Where the suite's own output goes unless a screen takes its place. */
  readonly suiteOutput: Writable;
  readonly say: (text: string) => void;
  readonly now: () => Date;
  readonly abort: AbortSignal;
}

export interface TerminalScreen extends Screen {
  /** Says something above what is drawn. False where nothing is drawn: it is to be said as always then. */
  readonly say: (text: string) => boolean;
}

/** Shows a run to whoever watches: drawn on a terminal that can be drawn on, in lines elsewhere. */
export function openScreen(terminal: Terminal): TerminalScreen {
  const { watching, fileDescriptor } = terminal;
  switch (formFor(watching)) {
    case "lines":
      return new PlainLines(terminal);
    case "screen":
      return new Dashboard({
        ...terminal,
        stream: new FrameStream(fileDescriptor),
        style: styleFor(watching.environment),
      });
  }
}
