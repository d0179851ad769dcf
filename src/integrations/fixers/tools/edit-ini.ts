import { err, ok, type Result } from "../../../result.ts";
import { lineEndOf, linesOf, withLinesAtEnd } from "../../lines.ts";

interface IniValue {
  readonly section: string;
  readonly key: string;
}

interface Entry extends IniValue {
  /** Index of the last line that holds some of its value. */
  readonly last: number;
  readonly value: string;
}

/** Every key of a section with its value, in the manner of Python's configparser. */
export function iniSection(text: string, section: string): ReadonlyMap<string, string> {
  const own = entriesIn(linesOf(text)).filter((entry) => entry.section === section);
  return new Map(own.map(({ key, value }) => [key, value]));
}

export function hasSection(text: string, section: string): boolean {
  return linesOf(text).some((line) => sectionIn(line) === section);
}

/** Adds items to a list that commas separate; the rest keeps every byte. */
export function withIniItems(
  text: string | null,
  wanted: IniValue,
  items: readonly string[],
): Result<string, string> {
  const before = text ?? "";
  const lines = linesOf(before);
  const sections = lines.filter((line) => sectionIn(line) === wanted.section).length;
  if (sections > 1) return err(`has the section [${wanted.section}] twice`);
  const found = entriesIn(lines).find(({ section, key }) => section === wanted.section && key === wanted.key);
  const all = items.join(",");
  if (found !== undefined) {
    const { last, value } = found;
    return ok(replaceLine(before, last, (line) => appended(line, all, value === "")));
  }
  const added = `${wanted.key} = ${all}`;
  if (sections === 0) {
    const gap = before.trim() === "" ? [] : [""];
    return ok(withLinesAtEnd(before, [...gap, `[${wanted.section}]`, added]));
  }
  const header = lines.findIndex((line) => sectionIn(line) === wanted.section);
  return ok(replaceLine(before, header, (line) => `${line}${lineEndOf(before)}${added}`));
}

function appended(line: string, items: string, empty: boolean): string {
  const bare = line.trimEnd().replace(/,$/, "");
  return empty ? `${bare} ${items}` : `${bare},${items}`;
}

function replaceLine(text: string, index: number, change: (line: string) => string): string {
  const parts = text.split("\n");
  return parts
    .map((part, at) => {
      if (at !== index) return part;
      return part.endsWith("\r") ? `${change(part.slice(0, -1))}\r` : change(part);
    })
    .join("\n");
}

/** Lines that are indented go on with the value above them. */
function entriesIn(lines: readonly string[]): readonly Entry[] {
  const entries: Entry[] = [];
  let section = "";
  for (const [index, line] of lines.entries()) {
    if (isComment(line) || line.trim() === "") continue;
    const open = entries.at(-1);
    const header = sectionIn(line);
    if (header !== null) section = header;
    else if (/^\s/.test(line) && open?.section === section) {
      const value = `${open.value}\n${line.trim()}`.trim();
      entries.splice(-1, 1, { ...open, last: index, value });
    } else {
      const key = keyIn(line);
      const value = /[=:](.*)$/.exec(line)?.[1]?.trim() ?? "";
      if (key !== null) entries.push({ section, key, last: index, value });
    }
  }
  return entries;
}

function sectionIn(line: string): string | null {
  return /^\[([^\]]+)\]/.exec(line)?.[1] ?? null;
}

function keyIn(line: string): string | null {
  if (isComment(line)) return null;
  return /^([^\s=:[][^=:]*?)\s*[=:]/.exec(line)?.[1]?.toLowerCase() ?? null;
}

const isComment = (line: string) => /^\s*[#;]/.test(line);
