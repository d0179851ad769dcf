import { stripVTControlCharacters } from "node:util";
import { readEnd } from "../adapters/files/streams.ts";
import type { ProcessEnd } from "./results.ts";

/** The exit codes of pytest and of Node where they cannot do what they were asked to. */
const USAGE: ReadonlySet<number> = new Set([4, 9]);
const MOST_BYTES = 64 * 1024;
const MOST_LINES = 3;
const LONGEST = 300;
/** `ERROR: file or directory not found: tests/x.py`, `python -m pytest: error: unrecognized arguments: --x`, `node: bad option: --x`. */
const COMPLAINT =
  /^(?:ERROR: (?!usage: )|(?:\S{1,200} -m )?[\w.-]+: error: |\S{1,1000}: (?=bad option: ))(.+)$/;

/** What the runner itself said of why it ran nothing; null where it ended in any other way, or said nothing. */
export async function usageComplaint(end: ProcessEnd, outputPath: string): Promise<string | null> {
  if (end.kind !== "exited" || !USAGE.has(end.code)) return null;
  const text = stripVTControlCharacters((await readEnd(outputPath, MOST_BYTES)).toString("utf8"));
  const said = text
    .split(/\r?\n/)
    .flatMap((line) => COMPLAINT.exec(line.trimEnd())?.[1]?.slice(0, LONGEST) ?? []);
  return said.length === 0 ? null : said.slice(-MOST_LINES).join("; ");
}
