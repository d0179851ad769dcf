import { isDeepStrictEqual } from "node:util";
import { isAlias, isMap, isNode, isPair, isScalar, parseDocument, type Scalar, type YAMLMap } from "yaml";
import { err, ok, type Result } from "../../result.ts";
import { lineEndOf } from "../lines.ts";
import { insertYamlItem } from "../yaml-insert.ts";
import { globalFlags } from "./python-pattern.ts";

/** Matches everything below a directory, in Python's `re`, in its verbose form as well. */
export function pythonPatternFor(directory: string): string {
  return `^${directory.replace(/[^\w/\u0080-\u{10ffff}-]/gu, "\\$&")}/`;
}

export interface HookPlace {
  /** The hook's place in the file: `repos`, `2`, `hooks`, `0`. */
  readonly path: readonly [string, string, string, string];
  readonly id: string;
  /** What holds without an `exclude` of its own: what the hook's repository says. */
  readonly inherited: string;
}

/** Adds an alternative to the `exclude` of a hook; what it excluded before it excludes still. */
export function withExclude(text: string, place: HookPlace, pattern: string): Result<string, string> {
  const document = parseDocument(text, { version: "1.1" });
  const hook: unknown = document.getIn(place.path, true);
  if (document.errors.length > 0) return err("is not valid YAML");
  if (!isMap(hook)) return err("has the hook in another form than expected");
  if (hook.get("id") !== place.id) return err("has other hooks than when it was judged");
  if (hook.anchor !== undefined) return err(`names the hook &${hook.anchor}, and may use it elsewhere`);
  const before = effective(text, place);
  if (alternativesOf(before).includes(pattern)) return ok(text);
  const edited = edit(text, hook, { place, before, pattern });
  return edited.ok && !holds(text, edited.value, { place, before, pattern })
    ? err("has an exclude that cannot be extended safely")
    : edited;
}

function alternativesOf(pattern: string): readonly string[] {
  const flags = globalFlags(pattern);
  const rest = pattern.slice(flags.length);
  return (/x/.test(flags) ? rest.replaceAll(/\s/g, "") : rest).split("|");
}

interface Wanted {
  readonly place: HookPlace;
  /** What the hook excludes now. */
  readonly before: string;
  readonly pattern: string;
}

function edit(text: string, hook: YAMLMap, { place, before, pattern }: Wanted): Result<string, string> {
  const pair = hook.items.find(({ key }) => isScalar(key) && key.value === "exclude");
  const value = isPair(pair) ? pair.value : undefined;
  if (value === undefined || value === null) {
    return insertYamlItem(text, {
      path: place.path,
      key: "exclude",
      value: extended(before, pattern),
      comments: [],
    });
  }
  if (!isNode(value) || !value.range) return err("has an exclude that cannot be extended safely");
  const [start, end] = value.range;
  if (isAlias(value)) return ok(splice(text, start, end, quoted(extended(before, pattern))));
  if (!isScalar(value)) return err("has an exclude that is no text");
  if (value.anchor !== undefined) return err(`names the exclude &${value.anchor}, and may use it elsewhere`);
  return ok(splice(text, start, end, extendedScalar(text.slice(start, end), value, { before, pattern })));
}

const splice = (text: string, start: number, end: number, middle: string) =>
  text.slice(0, start) + middle + text.slice(end);

const quoted = (pattern: string) => `'${pattern.replaceAll("'", "''")}'`;

type Extension = Pick<Wanted, "before" | "pattern">;

/** The scalar as it is written, with the alternative in it. */
function extendedScalar(source: string, { type }: Scalar, { before, pattern }: Extension): string {
  if (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED") return extendedBlock(source, before, pattern);
  const quote = type === "QUOTE_DOUBLE" ? '"' : type === "QUOTE_SINGLE" ? "'" : "";
  const written = {
    '"': JSON.stringify(pattern).slice(1, -1),
    "'": pattern.replaceAll("'", "''"),
    "": pattern,
  }[quote];
  const content = source.slice(quote.length, source.length - quote.length);
  return `${quote}${extended(content, written)}${quote}`;
}

/** Behind the others; in front where a comment of a verbose pattern would swallow it, and alone where nothing is excluded. */
function extended(before: string, pattern: string): string {
  if (before === "^$") return pattern;
  const flags = globalFlags(before);
  const swallows = /x/.test(flags) && before.includes("#");
  return swallows ? `${flags}${pattern}|${before.slice(flags.length)}` : `${before}|${pattern}`;
}

/** On a line of its own where blanks mean nothing, otherwise in front of what the first line has. */
function extendedBlock(source: string, before: string, pattern: string): string {
  const lines = source.split(/(?<=\n)/);
  const first = lines.findIndex((line, index) => index > 0 && line.trim() !== "");
  const last = lines.findLastIndex((line, index) => index > 0 && line.trim() !== "");
  const [margin = ""] = /^ */.exec(lines[first] ?? "") ?? [];
  const flags = globalFlags(before);
  if (/x/.test(flags)) {
    const ended = lines[last]?.endsWith("\n") ? "" : lineEndOf(source);
    return lines.toSpliced(last + 1, 0, `${ended}${margin}|${pattern}${lineEndOf(source)}`).join("");
  }
  const line = (lines[first] ?? "").slice(margin.length);
  return lines.with(first, `${margin}${flags}${pattern}|${line.slice(flags.length)}`).join("");
}

/** Only this hook's exclude is another, and it is the old one with the alternative. */
function holds(text: string, edited: string, { place, before, pattern }: Wanted): boolean {
  const after = effective(edited, place);
  const bare = (one: string) => one.replaceAll(/\s/g, "");
  const shortened = [
    after.replace(`|${pattern}`, ""),
    after.replace(`${pattern}|`, ""),
    ...(before === "^$" && after === pattern ? [before] : []),
  ];
  const verbose = /x/.test(globalFlags(before));
  const same = shortened.some((one) => (verbose ? bare(one) === bare(before) : one === before));
  return same && after.includes(pattern) && isDeepStrictEqual(without(text, place), without(edited, place));
}

/** What the file says, but for this hook's exclude. */
function without(text: string, { path }: HookPlace): unknown {
  const document = parseDocument(text, { version: "1.1" });
  document.deleteIn([...path, "exclude"]);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return Symbol("unreadable");
  }
}

function effective(text: string, { path, inherited }: HookPlace): string {
  const document = parseDocument(text, { version: "1.1" });
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    const hook = path.reduce<unknown>(
      (inner, key) => (typeof inner === "object" && inner !== null ? Object(inner)[key] : undefined),
      content,
    );
    const own: unknown = Object(hook).exclude;
    return typeof own === "string" ? own : inherited;
  } catch {
    return inherited;
  }
}
