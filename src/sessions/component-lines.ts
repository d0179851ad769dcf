import type { LogEvent } from "../protocol.ts";
import type { Level } from "./happening.ts";

/** One line of what a part of the suite said. */
export interface SaidLine {
  /** null: of no component. */
  readonly component: string | null;
  readonly level: Level;
  readonly text: string;
  /** The line itself says of which component it is. */
  readonly tagged: boolean;
}

/** `::gate adapter::text` */
const TAG = "::gate ";
const NAMED = /^([\w-]{1,64})::\s?/;

/**
 * What may come before a tag: nothing, a blank after a logger's time and level, or pytest's letters for its tests. In a
 * quoted line of source code, as tracebacks have it, a quote does.
 */
const BEFORE = /^[.FEsxXR]*$/;

const LEVELS: readonly (readonly [Level, RegExp])[] = [
  ["ERROR", /\b(?:ERROR|CRITICAL|FATAL)\b/],
  ["WARNING", /\bWARN(?:ING)?\b/],
];

/** The lines of a `log` event: of the component that the event names, or a tag in the line, or else the log's name. */
export function saidLines({
  name,
  text,
  component: said,
}: Pick<LogEvent, "name" | "text"> & { readonly component?: string | null }): readonly SaidLine[] {
  const usual = said ?? /^([\w-]{1,64})\.log$/.exec(name)?.[1] ?? null;
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map(
    (line) => taggedLine(line) ?? { component: usual, level: levelOf(line), text: line, tagged: false },
  );
}

/** null where the line has no tag. */
export function taggedLine(line: string): SaidLine | null {
  const start = line.indexOf(TAG);
  if (start < 0) return null;
  const [before, after] = [line.slice(0, start), line.slice(start + TAG.length)];
  const [named, component] = NAMED.exec(after) ?? [];
  if (named === undefined || component === undefined || !mayPrecede(before)) return null;
  const text = `${before}${after.slice(named.length)}`.trimEnd();
  return { component, level: levelOf(text), text, tagged: true };
}

const mayPrecede = (before: string) => /\s/.test(before.slice(-1)) || BEFORE.test(before);

/** What a line says of itself. */
function levelOf(line: string): Level {
  return LEVELS.find(([, word]) => word.test(line))?.[0] ?? "INFO";
}
