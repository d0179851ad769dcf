import { posix } from "node:path";
import micromatch from "micromatch";
import { directoriesAbove } from "../../ignore/directories-above.ts";
import { err } from "../../result.ts";
import { listOf, type Members, membersOf, parsedJson } from "../members.ts";
import { matchedInTime } from "./bounded-match.ts";
import { entriesOfCode, type WrittenEntry } from "./config-literals.ts";
import type { Project, WrittenReports } from "./fixer.ts";
import { jsonLineOf } from "./json-lines.ts";
import { type StartedBy, toolCallsOf } from "./shell-runs.ts";
import type { ToolCall } from "./tool-call.ts";
import { placedYaml } from "./yaml-lines.ts";

const CODE = ["mjs", "mts", "js", "ts", "cjs", "cts"];
const NAMES = [
  "package.json",
  "package.yaml",
  "package.yml",
  ...["", ".json", ".yaml", ".yml"].map((end) => `.lintstagedrc${end}`),
  ...CODE.flatMap((end) => [`.lintstagedrc.${end}`, `lint-staged.config.${end}`]),
];

/** The key under which a package has it. */
const KEY = "lint-staged";

interface StagedConfiguration {
  readonly path: string;
  /** What lies below it is its own. */
  readonly directory: string;
  /** Where its commands run, and where its patterns begin. */
  readonly base: string;
  readonly entries: readonly WrittenEntry[];
}

/** How lint-staged itself is started. */
export interface StagedStart {
  /** Relative to the top level. */
  readonly directory: string;
  /** The configuration that it is told to use instead of looking for any. */
  readonly named: string | null;
}

/** What lint-staged starts, with the files that each command is handed. */
export async function lintStagedCalls(
  project: Project,
  reports: readonly WrittenReports[],
  start: StagedStart,
): Promise<readonly ToolCall[]> {
  const owners = await configurations(project, reports, start);
  const calls = owners.flatMap((own) => own.entries.map((entry) => callsOf(own, entry, { project, owners })));
  return (await Promise.all(calls)).flat();
}

/** A file belongs to the nearest one above it. A single one has its patterns begin where lint-staged is started. */
async function configurations(
  project: Project,
  reports: readonly WrittenReports[],
  { directory, named }: StagedStart,
): Promise<readonly StagedConfiguration[]> {
  if (named !== null) {
    const found = await read(named, project);
    return found === null ? [] : [{ ...found, directory: "", base: directory }];
  }
  const all = configurationPaths(project);
  const above = new Set(directoriesAbove(reports.flatMap(({ paths }) => paths)));
  const near = await readAll(
    all.filter((path) => above.has(posix.dirname(path))),
    project,
  );
  const [only, ...more] = near;
  if (only === undefined || more.length > 0 || only.directory === directory) return near;
  const far = await readAll(
    all.filter((path) => !above.has(posix.dirname(path))),
    project,
  );
  return far.length > 0 ? near : [{ ...only, base: directory }];
}

async function readAll(paths: readonly string[], project: Project): Promise<readonly StagedConfiguration[]> {
  const found = await Promise.all(paths.map((path) => read(path, project)));
  return found.filter((one) => one !== null);
}

/** The deepest first, and in a directory in the order of lint-staged, which takes the first that says something. */
function configurationPaths({ files }: Project): readonly string[] {
  const known = new Set(NAMES);
  return files
    .filter((path) => known.has(posix.basename(path)))
    .toSorted((one, other) => depthOf(other) - depthOf(one) || one.localeCompare(other));
}

const depthOf = (path: string) => path.split("/").length;

async function read(path: string, project: Project): Promise<StagedConfiguration | null> {
  const text = await project.read(path);
  if (text === null) return null;
  const all = entriesIn(path, text);
  const entries = all.filter((one, index) => !all.slice(index + 1).some((later) => overrides(later, one)));
  const parent = posix.dirname(path);
  const directory = parent === "." ? "" : parent;
  return entries.length === 0 ? null : { path, directory, base: directory, entries };
}

/** Two patterns that come to the same are one, and the last one holds. */
function overrides(later: WrittenEntry, earlier: WrittenEntry): boolean {
  if (later.isFunction || earlier.isFunction) return false;
  return withoutIdleBraces(later.glob) === withoutIdleBraces(earlier.glob);
}

function entriesIn(path: string, text: string): readonly WrittenEntry[] {
  const name = posix.basename(path);
  if (CODE.some((end) => name.endsWith(`.${end}`))) return entriesOfCode(text);
  const inPackage = name.startsWith("package.");
  const lead = inPackage ? [KEY] : [];
  const yaml = name.endsWith(".json") ? null : placedYaml(text, "node");
  const whole = yaml === null ? membersOf(parsedJson(text)) : yaml.content;
  const lineOf = (glob: string) =>
    yaml === null ? jsonLineOf(text, [...lead, glob]) : yaml.lineOf([...lead, glob]);
  const content: Members = inPackage ? membersOf(whole[KEY]) : whole;
  return Object.entries(content).map(([glob, value]) => {
    const commands = (typeof value === "string" ? [value] : listOf(value)).filter(
      (one) => typeof one === "string",
    );
    return { glob, commands, isFunction: false, line: lineOf(glob) ?? 1 };
  });
}

interface Among {
  readonly project: Project;
  /** All of them, the deepest first. */
  readonly owners: readonly StagedConfiguration[];
}

async function callsOf(
  own: StagedConfiguration,
  entry: WrittenEntry,
  { project, owners }: Among,
): Promise<readonly ToolCall[]> {
  const before = owners.slice(0, owners.indexOf(own));
  const by: StartedBy = {
    path: own.path,
    line: entry.line,
    id: null,
    handed: (paths) => {
      const left = before.reduce((some, other) => some.filter((path) => !owns(other, path)), [...paths]);
      return matching(
        own,
        entry.glob,
        left.filter((path) => owns(own, path)),
      );
    },
    rewrites: false,
    exempt: (directory) => ({
      file: own.path,
      byHand: `take ${directory} out of "${entry.glob}" in ${own.path}`,
      apply: () => err(`has no place to keep a directory out of "${entry.glob}"`),
    }),
    exemptsFirst: false,
    absolute: true,
  };
  const files = entry.isFunction ? "none" : "appended";
  const { base: directory } = own;
  const calls = entry.commands.map((script) =>
    toolCallsOf({ script, args: [], directory, files }, project, by),
  );
  return (await Promise.all(calls)).flat();
}

/** With a pattern that leads upwards a configuration has all the files that are left. */
function owns({ directory, entries }: StagedConfiguration, path: string): boolean {
  return (
    directory === "" || path.startsWith(`${directory}/`) || entries.some(({ glob }) => glob.startsWith(".."))
  );
}

function matching(
  { base: directory }: StagedConfiguration,
  written: string,
  paths: readonly string[],
): readonly string[] {
  const glob = withoutIdleBraces(written);
  const upwards = glob.startsWith("../");
  const relatives = paths.map((path) => posix.relative(directory, path));
  const named = !glob.includes("/");
  const seen = relatives.map((path) => (named ? posix.basename(path) : path));
  const matched = globMatches(glob, seen);
  return paths.filter((_path, index) => {
    const inside = upwards || !relatives[index]?.startsWith("..");
    return inside && (matched === null || matched[index] || relatives[index] === glob);
  });
}

/** Longer ones are nobody's. */
const LONGEST = 2_000;

/** null where it takes too long; a pattern with brackets that do not close is refused by lint-staged too. */
function globMatches(glob: string, paths: readonly string[]): readonly boolean[] | null {
  if (glob.length > LONGEST) return null;
  try {
    const pattern = micromatch.makeRe(glob, { dot: true, strictBrackets: true });
    return matchedInTime([pattern], paths);
  } catch {
    return paths.map(() => false);
  }
}

/** Braces around a single name mean nothing, and lint-staged takes them away: `*.{md}` is `*.md`. */
function withoutIdleBraces(glob: string): string {
  if (glob.length > LONGEST) return glob;
  const single = /(?<![\\$])\{((?:(?!\.\.)[^{},\\]|\\.)*)\}/;
  let left = glob;
  while (single.test(left)) left = left.replace(single, "$1");
  return left.replace(/\{\{([^}{]*)\}\}/, "{$1}");
}
