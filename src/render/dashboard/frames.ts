import { Box, render, Text } from "ink";
import { createElement } from "react";
import type { FrameStream } from "./frame-stream.ts";

export interface Frames {
  /** Each line in the place of the one before. */
  readonly draw: (lines: readonly string[]) => void;
  /** Lets go of the terminal; what was drawn last stays. */
  readonly close: () => void;
}

/** ink draws on the terminal and listens to nothing: keys and signals stay what they were. */
export function openFrames(stream: FrameStream): Frames {
  const instance = render(view([]), {
    stdout: stream,
    stderr: stream,
    patchConsole: false,
    exitOnCtrlC: false,
    isScreenReaderEnabled: false,
    maxFps: 0,
  });
  return {
    draw: (lines) => instance.rerender(view(lines)),
    close: () => instance.unmount(),
  };
}

function view(lines: readonly string[]) {
  return createElement(
    Box,
    { flexDirection: "column" },
    // a row's place is what it is
    lines.map((line, row) => createElement(Text, { key: row, wrap: "truncate" }, line === "" ? " " : line)),
  );
}
