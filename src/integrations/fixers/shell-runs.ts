import { posix } from "node:path";
import { scriptName } from "../hook-steps.ts";
import { membersOf, parsedJson } from "../members.ts";
import { commandsOf, type ShellCommand } from "../shell-commands.ts";
import type { Project } from "./fixer.ts";
import { recipesOf } from "./makefile.ts";
import { type ReadScript, readScript, sourceOf, substitutes } from "./name-sources.ts";
import { everyPath, type ToolCall } from "./tool-call.ts";

/** A script, or a single command, and how it is started. */
export interface Start {
  readonly script: string;
  /** What is put behind it. */
  readonly args: readonly string[];
  readonly directory: string;
  readonly files: "appended" | "none";
  /** It is given its files as `$1` and so on. */
  readonly isScript?: boolean;
}

/** All that a place says of the programs that it starts. */
export type StartedBy = Omit<ToolCall, "words" | "directory" | "files">;

const MOST_SCRIPTS_DEEP = 5;
/** In one project, with those of the scripts that scripts start. */
const MOST_COMMANDS = 5_000;
/** `$@`, and what lefthook puts names in the place of. */
const NAMES_GIVEN = /\$(?:[@*0-9]|\{[@*0-9])|\{(?:staged_files|push_files|all_files|files)\}/;
const INLINE = /(?:^|[\s;&|])(?:\S*\/)?(?:ba|da|z|k|a)?sh\s+(?:-\w+\s+)*-\w*c\s/;
const SHELL_SCRIPT = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(?:\/\S*\/)?(?:ba|da|z|k|a)?sh\b/;

/**
 * The programs that a script starts in the end: scripts of package.json, of a makefile and of the project itself are
 * read in their place.
 */
export async function toolCallsOf(
  start: Start,
  project: Project,
  by: StartedBy,
  deep = 0,
): Promise<readonly ToolCall[]> {
  if (deep > MOST_SCRIPTS_DEEP) return [];
  const puts = start.isScript !== true && !INLINE.test(start.script);
  const script = readScript(start.script);
  if (script === null || !isFollowed(project, script.commands.length)) return unfollowed(start, project, by);
  const commands = script.commands.map((one) => (puts ? one : filledIn(one, start)));
  const calls: ToolCall[] = [];
  let { directory } = start;
  for (const [which, { line, words }] of commands.entries()) {
    if (words[0] === "cd") directory = goneTo(directory, words[1]);
    // what is put behind a script is put behind its last command
    const last = puts && which === commands.length - 1;
    const own = givenIn({ ...script, commands }, which, by);
    const given = last ? withBehind(own, start, by) : own;
    const call = { ...by, line: by.line ?? line, ...given, directory };
    calls.push(...(await followed(call, project, deep)));
  }
  return calls;
}

interface Followed {
  commands: number;
  /** Where there was too much to follow. */
  readonly unfollowed: Set<string>;
}

const already = new WeakMap<Project, Followed>();

function followedIn(project: Project): Followed {
  const found = already.get(project) ?? { commands: 0, unfollowed: new Set() };
  already.set(project, found);
  return found;
}

function isFollowed(project: Project, commands: number): boolean {
  const found = followedIn(project);
  found.commands += commands;
  return found.commands <= MOST_COMMANDS;
}

/** What nobody can follow is taken to rewrite what it is handed. It is said once of each file. */
function unfollowed({ directory, files }: Start, project: Project, by: StartedBy): readonly ToolCall[] {
  const found = followedIn(project);
  if (found.unfollowed.has(by.path)) return [];
  found.unfollowed.add(by.path);
  const program = `${by.path}, which is too long to be followed,`;
  return [{ ...by, words: [program], directory, files, rewrites: true }];
}

/** With what the script was called with in the place of `$@` and `$1`; names that are only known later stay. */
function filledIn({ line, words }: ShellCommand, { args, files }: Start): ShellCommand {
  const [first, ...rest] = words.flatMap((word) => {
    const [, parameter] = /^\$\{?([@*1-9])\}?$/.exec(word) ?? [];
    const later = files === "appended" ? [word] : [];
    if (parameter === undefined) return [word];
    if ("@*".includes(parameter)) return [...args, ...later];
    const own = args[Number(parameter) - 1];
    return own === undefined ? later : [own];
  });
  return first === undefined ? { line, words: [":"] } : { line, words: [first, ...rest] };
}

function goneTo(directory: string, target: string | undefined): string {
  if (target === undefined || /[$~]|^\//.test(target)) return "";
  const path = posix.join(directory, target);
  return path === "." || path.startsWith("..") ? "" : path.replace(/\/$/, "");
}

type Given = Pick<ToolCall, "words" | "files" | "handed">;

function withBehind(own: Given, { args, files }: Start, { handed }: StartedBy): Given {
  const [first, ...rest] = own.words;
  const words: ToolCall["words"] = [first, ...rest, ...args];
  return files === "appended" ? { words, files, handed } : { ...own, words };
}

/** What a command inside a script is given: names that the script was given, names that it has listed, or none. */
function givenIn(script: ReadScript, which: number, by: StartedBy): Given {
  const words = script.commands[which]?.words ?? [":"];
  const fed = words[0] === "xargs" || substitutes(script, which);
  const started = startedBy(words);
  const own = words.some((word) => NAMES_GIVEN.test(word));
  if (!fed && !own && !words.some((word) => word.includes("$"))) {
    return { words: started, files: "none", handed: everyPath };
  }
  const files = fed ? "appended" : "none";
  const from = own ? null : sourceOf(script, which);
  return { words: started, files, handed: from ?? by.handed };
}

/** What `xargs` starts. */
function startedBy(words: ToolCall["words"]): ToolCall["words"] {
  const [program, ...rest] = words;
  if (program !== "xargs") return words;
  const valued = /^-[aEdILnPs]$|^--(?:arg-file|delimiter|replace|max-(?:lines|args|procs|chars))$/;
  const start = rest.findIndex((word, index) => !word.startsWith("-") && !valued.test(rest[index - 1] ?? ""));
  return orNothing(start === -1 ? [] : rest.slice(start));
}

const orNothing = ([first = ":", ...rest]: readonly string[]): [string, ...string[]] => [first, ...rest];

async function followed(call: ToolCall, project: Project, deep: number): Promise<readonly ToolCall[]> {
  const script =
    (await packageScript(call, project)) ??
    (await makeRecipes(call, project)) ??
    (await ownScript(call, project));
  if (script === null) return [unwrapped(call)];
  return toolCallsOf({ directory: call.directory, files: call.files, ...script }, project, call, deep + 1);
}

/** `xargs sh -c '…'` and the like are commands once more. */
function unwrapped(call: ToolCall): ToolCall {
  const quoted = call.words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  const [inner, ...others] = commandsOf(quoted.join(" "));
  return inner === undefined || others.length > 0 ? call : { ...call, words: inner.words };
}

type FoundScript = Pick<Start, "script" | "args"> & Partial<Start>;

async function packageScript({ words, directory }: ToolCall, project: Project): Promise<FoundScript | null> {
  const name = scriptName(words);
  if (name === null) return null;
  const place = nearest(project, directory, ["package.json"]);
  const text = place === null ? null : await project.read(place);
  const scripts = membersOf(membersOf(parsedJson(text ?? "")).scripts);
  if (place === null || typeof scripts[name] !== "string") return null;
  // what follows the words of the call is put behind the last command: behind the script's own
  const around = words[0] === "npm" ? [scripts[`pre${name}`], scripts[`post${name}`]] : [];
  const script = [...around, scripts[name]].filter((one) => typeof one === "string").join("\n");
  const behind = words.slice(words.indexOf(name) + 1).filter((word) => word !== "--");
  return { script, args: behind, directory: directoryOf(place) };
}

async function makeRecipes({ words, directory }: ToolCall, project: Project): Promise<FoundScript | null> {
  const [program, ...args] = words;
  if (!/^g?make$/.test(program)) return null;
  const elsewhere = args[args.indexOf("-C") + 1];
  const place = args.includes("-C") ? goneTo(directory, elsewhere) : directory;
  const path = ["GNUmakefile", "makefile", "Makefile"]
    .map((name) => posix.join(place, name))
    .find((one) => project.files.includes(one));
  const text = path === undefined ? null : await project.read(path);
  if (text === null) return null;
  const targets = args.filter(
    (word, index) => /^[\w./%-]+$/.test(word) && !/^-/.test(word) && args[index - 1] !== "-C",
  );
  return {
    script: recipesOf(text, targets).join("\n"),
    args: [],
    directory: place,
    isScript: true,
    files: "none",
  };
}

/** A shell script of the project's. */
async function ownScript({ words, directory }: ToolCall, project: Project): Promise<FoundScript | null> {
  const [program, ...args] = words;
  if (!program.includes("/") && !/\.(?:ba|z|k)?sh$/.test(program)) return null;
  const path = posix.join(directory, program);
  if (!project.files.includes(path)) return null;
  const text = await project.read(path);
  if (text === null) return null;
  const plain = !text.startsWith("#!") && /(?:^|\/)[^.]*$|\.(?:ba|z|k)?sh$/.test(path);
  return SHELL_SCRIPT.test(text) || plain ? { script: text, args, isScript: true } : null;
}

function nearest(project: Project, directory: string, names: readonly string[]): string | null {
  const here = names.map((name) => posix.join(directory, name)).find((path) => project.files.includes(path));
  if (here !== undefined) return here;
  return directory === "" || directory === "." ? null : nearest(project, directoryOf(directory), names);
}

const directoryOf = (path: string) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
