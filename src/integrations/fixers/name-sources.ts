import { commandsOf, type ShellCommand } from "../shell-commands.ts";
import { matchedInTime } from "./bounded-match.ts";

/** A script, cut up once for all that is asked of it. */
export interface ReadScript {
  readonly lines: readonly string[];
  readonly commands: readonly ShellCommand[];
  /** The line, 1-based, on which a variable is first filled by a command. */
  readonly filledOn: ReadonlyMap<string, number>;
}

/** Longer ones are nobody's hook. */
const LONGEST_SCRIPT = 100_000;
const MOST_COMMANDS = 2_000;

/** null where it is too long to be followed. */
export function readScript(text: string): ReadScript | null {
  if (text.length > LONGEST_SCRIPT) return null;
  const commands = commandsOf(text);
  if (commands.length > MOST_COMMANDS) return null;
  const lines = text.split("\n");
  const filledOn = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const name = FILLING.exec(line)?.[1];
    if (name !== undefined && !filledOn.has(name)) filledOn.set(name, index + 1);
  }
  return { lines, commands, filledOn };
}

/** `FILES=$(…)` */
const FILLING = /^\s*(?:export\s+|local\s+|readonly\s+)?(\w+)=["']?(?:\$\(|`)/;

/** Leaves those of the paths that come through. */
export type Sieve = (paths: readonly string[]) => readonly string[];

/** Programs that hand on the names that they read, all or some of them. */
const HANDING_ON = new Set("sort uniq sed tr awk cat head tail tee cut echo printf xargs".split(" "));
const GIT = /^git$/;
const GREP = /^(?:e|f)?grep$/;
const LISTING = new Set(
  "diff diff-index diff-files diff-tree ls-files ls-tree status show whatchanged".split(" "),
);

const isListing = ({ words: [program, ...args] }: ShellCommand) =>
  (GIT.test(program) && args.some((word) => LISTING.has(word))) || program === "find" || program === "fd";

/**
 * Where the names come from that a command of a script is given: what it substitutes, the command that filled its
 * variable, or the last one above that lists files, with the greps behind it. null where no command lists any.
 */
export function sourceOf(script: ReadScript, which: number): Sieve | null {
  const { commands } = script;
  const start = startOfSource(script, which);
  const source = commands[start];
  if (source === undefined) return null;
  const behind = commands.slice(start + 1, start > which ? undefined : which);
  const end = behind.findIndex(({ words: [program] }) => !GREP.test(program) && !HANDING_ON.has(program));
  const sieves = [listed(source), ...(end === -1 ? behind : behind.slice(0, end)).map(grepped)];
  return (paths) => sieves.reduce((left, sieve) => sieve(left), paths);
}

function startOfSource(script: ReadScript, which: number): number {
  const { commands } = script;
  if (substitutes(script, which)) return which + 1;
  const [line] = commands[which]?.words.flatMap((word) => lineThatFills(script, word)) ?? [];
  return line === undefined
    ? commands.findLastIndex((one, index) => index < which && isListing(one))
    : commands.findIndex((one, index) => index < which && one.line >= line && isListing(one));
}

/** `black $(git diff --name-only)`: the listing stands behind the command, on the same line. */
export function substitutes({ lines, commands }: ReadScript, which: number): boolean {
  const [command, next] = commands.slice(which, which + 2);
  if (command === undefined || next === undefined || !isListing(next)) return false;
  const text = lines.slice(command.line - 1, next.line).join("\n");
  const program = command.words[0].replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const passed = `(?:"[^"]*"|'[^']*'|[^;|&\\n(\`"']|\\\\\\n)*`;
  const opened = new RegExp(`(?:^|[^\\w-])${program}${passed}"?(?:\\$\\(|\`)\\s*${next.words[0]}`);
  return opened.test(text);
}

function lineThatFills({ filledOn }: ReadScript, word: string): readonly number[] | number {
  const name = /\$\{?(\w+)/.exec(word)?.[1];
  return name === undefined ? [] : (filledOn.get(name) ?? []);
}

const all: Sieve = (paths) => paths;

function listed({ words: [program, ...args] }: ShellCommand): Sieve {
  if (!GIT.test(program)) return found(args);
  const dashes = args.indexOf("--");
  const specs = dashes === -1 ? args.filter((word) => /[*?]/.test(word)) : args.slice(dashes + 1);
  const excluded = specs.flatMap((spec) => /^:(?:[!^]|\(exclude\))(.*)$/.exec(spec)?.[1] ?? []);
  const included = specs.filter((spec) => !spec.startsWith(":"));
  const magic = specs.some((spec) => /^:(?!\(exclude\))[(/]/.test(spec));
  const matches = anyOf(included.map(pathspec));
  const leavesOut = anyOf(excluded.map(pathspec));
  return (paths) => {
    const kept = included.length === 0 || magic ? paths : matches(paths);
    const out = new Set(excluded.length === 0 ? [] : leavesOut(kept));
    return kept.filter((path) => !out.has(path));
  };
}

/** `find . -name '*.py'`: the names count, the places do not. */
function found(args: readonly string[]): Sieve {
  const names = args.filter((_word, index) => /^-i?name$/.test(args[index - 1] ?? ""));
  return names.length === 0 ? all : anyOf(names.map((name) => new RegExp(`(?:^|/)${wild(name)}$`)));
}

/** A path, a directory, or a pattern whose `*` also means slashes. */
function pathspec(spec: string): RegExp {
  const plain = spec.replace(/^\.\//, "").replace(/\/$/, "");
  return plain === "" || plain === "." ? /^/ : new RegExp(`^${wild(plain)}(?:/|$)`);
}

function wild(glob: string): string {
  return glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
}

function anyOf(patterns: readonly RegExp[]): Sieve {
  return (paths) => {
    const matched = matchedInTime(patterns, paths);
    return matched === null ? paths : paths.filter((_path, index) => matched[index]);
  };
}

function grepped({ words: [program, ...args] }: ShellCommand): Sieve {
  if (!GREP.test(program)) return all;
  const options = args.filter((word) => /^-./.test(word)).join(" ");
  const pattern = args.find((word, index) => !/^-./.test(word) || args[index - 1] === "-e");
  const read = pattern === undefined ? null : readGrep(pattern, `${program} ${options}`);
  if (read === null) return all;
  const matches = anyOf([read]);
  if (!/(?:^| )-\w*v|--invert-match/.test(options)) return matches;
  return (paths) => {
    const out = new Set(matches(paths));
    return out.size === paths.length && matchedInTime([read], paths) === null
      ? paths
      : paths.filter((path) => !out.has(path));
  };
}

/** null for what is written in another way than JavaScript's. */
function readGrep(pattern: string, call: string): RegExp | null {
  if (/\[\[:|\$\{?\w/.test(pattern)) return null;
  const fixed = /^fgrep|(?:^| )-\w*F/.test(call);
  const extended = /^egrep|(?:^| )-\w*[EP]/.test(call);
  const basic = (text: string) =>
    text.replace(/\\?[(){}|+?]/g, (one) => (one.length === 2 ? one.slice(1) : `\\${one}`));
  const source = fixed ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : extended ? pattern : basic(pattern);
  try {
    return new RegExp(source, /(?:^| )-\w*i/.test(call) ? "i" : "");
  } catch {
    return null;
  }
}
