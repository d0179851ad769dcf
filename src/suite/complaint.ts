import { stripVTControlCharacters } from "node:util";
import { readEnd } from "../adapters/files/streams.ts";
import type { ProcessEnd } from "./results.ts";

/** pytest's exit code where it cannot do what it was asked to. */
const USAGE = 4;
const MOST_BYTES = 64 * 1024;
const MOST_LINES = 3;
const LONGEST = 300;
/** `ERROR: file or directory not found: tests/x.py`, `pytest: error: unrecognized arguments: --x`. */
const COMPLAINT = /^(?:ERROR: (?!usage: )|[\w.-]+: error: )(.+)$/;

/** What pytest itself said of why it ran nothing; null where it ended in any other way, or said nothing. */
export async function usageComplaint(end: ProcessEnd, outputPath: string): Promise<string | null> {
  if (end.kind !== "exited" || end.code !== USAGE) return null;
  const text = stripVTControlCharacters((await readEnd(outputPath, MOST_BYTES)).toString("utf8"));
  const said = text
    .split(/\r?\n/)
    .flatMap((line) => COMPLAINT.exec(line.trimEnd())?.[1]?.slice(0, LONGEST) ?? []);
  return said.length === 0 ? null : said.slice(-MOST_LINES).join("; ");
}
