import { posix } from "node:path";
import { err } from "../../result.ts";
import { listOf, type Members, membersOf } from "../members.ts";
import { matchedInTime } from "./bounded-match.ts";
import type { Exemption, Project } from "./fixer.ts";
import { jsonLineOf } from "./json-lines.ts";
import { isExpression, withExcludedGlob } from "./lefthook-exclude.ts";
import { type GlobMatcher, lefthookMatches } from "./lefthook-globs.ts";
import { readScript, sourceOf } from "./name-sources.ts";
import { toolCallsOf } from "./shell-runs.ts";
import { everyPath, type ToolCall } from "./tool-call.ts";
import { globMatcher } from "./tools/globs.ts";
import { jsonIn } from "./tools/json-settings.ts";
import { textsOf } from "./tools/settings.ts";
import { tomlIn } from "./tools/toml-settings.ts";
import { placedYaml } from "./yaml-lines.ts";

const ENDS = [".yml", ".yaml", ".json", ".jsonc", ".toml"];
const FOLDERS = ["", ".", ".config/"];
const placesOf = (name: string) => ENDS.flatMap((end) => FOLDERS.map((folder) => `${folder}${name}${end}`));
const MAIN = placesOf("lefthook");
const LOCAL = placesOf("lefthook-local");

const TEMPLATE = /\{(?:staged_files|push_files|all_files|files)\}/;

/** What lefthook starts, with the files that each command is handed. Hooks of no occasion are run by people. */
export async function lefthookCalls(project: Project): Promise<readonly ToolCall[]> {
  const found = [MAIN, LOCAL].flatMap((places) => places.find((one) => project.files.includes(one)) ?? []);
  const files = await Promise.all(found.map((path) => read(path, project)));
  const extended = files
    .flatMap(({ content }) => textsOf(content.extends))
    .map((one) => posix.normalize(one));
  const isExtended = (path: string) => extended.some((glob) => glob === path || globMatcher(glob)(path));
  const others = await Promise.all(
    (extended.length === 0 ? [] : project.files.filter(isExtended))
      .filter((path) => !found.includes(path))
      .map((path) => read(path, project)),
  );
  const calls = [...files, ...others].flatMap((file) => jobsIn(file).map((job) => callsOf(job, project)));
  return (await Promise.all(calls)).flat();
}

interface LefthookFile {
  readonly path: string;
  readonly content: Members;
  readonly lineOf: (path: readonly string[]) => number | null;
}

async function read(path: string, project: Project): Promise<LefthookFile> {
  const text = (await project.read(path)) ?? "";
  if (/\.ya?ml$/.test(path)) return { path, ...placedYaml(text, "go") };
  if (path.endsWith(".toml")) return { path, content: membersOf(tomlIn(text)), lineOf: () => null };
  return { path, content: membersOf(jsonIn(text)), lineOf: (place) => jsonLineOf(text, place) };
}

interface Job {
  readonly file: LefthookFile;
  /** Where it stands in the file. */
  readonly place: readonly string[];
  readonly script: string;
  readonly globs: readonly string[];
  readonly excludes: readonly (readonly string[] | string)[];
  readonly types: readonly string[];
  readonly root: string;
  /** The command that lists what `{files}` stands for. */
  readonly lists: string | null;
}

/** What a job has from the hook and the groups that it stands in. */
type Around = Omit<Job, "file" | "place" | "script">;

const NOTHING_AROUND: Around = { globs: [], excludes: [], types: [], root: "", lists: null };

function jobsIn(file: LefthookFile): readonly Job[] {
  const folder = typeof file.content.source_dir === "string" ? file.content.source_dir : ".lefthook";
  return Object.entries(file.content).flatMap(([hook, value]) => {
    const section = membersOf(value);
    const around = narrowed(NOTHING_AROUND, { exclude: section.exclude, files: section.files });
    const named = (key: string) =>
      Object.entries(membersOf(section[key])).map(([name, job]) => ({
        place: [hook, key, name],
        job: membersOf(job),
      }));
    const scripts = named("scripts").map(({ place, job }) => ({ place, job: { ...job, script: place[2] } }));
    const jobs = listOf(section.jobs).map((job, index) => ({
      place: [hook, "jobs", String(index)],
      job: membersOf(job),
    }));
    return [...jobs, ...named("commands"), ...scripts].flatMap(({ place, job }) =>
      jobsOf(job, { file, place, around, folder: `${folder}/${hook}` }),
    );
  });
}

interface Standing {
  readonly file: LefthookFile;
  readonly place: readonly string[];
  readonly around: Around;
  /** Where the scripts of this hook lie. */
  readonly folder: string;
}

function jobsOf(job: Members, { file, place, around, folder }: Standing): readonly Job[] {
  if (job.skip === true) return [];
  const own = narrowed(around, job);
  const group = listOf(membersOf(job.group).jobs);
  if (group.length > 0) {
    const inner = narrowed(own, { root: membersOf(job.group).root });
    return group.flatMap((one, index) =>
      jobsOf(membersOf(one), {
        file,
        place: [...place, "group", "jobs", String(index)],
        around: inner,
        folder,
      }),
    );
  }
  const args = typeof job.args === "string" ? ` ${job.args}` : "";
  if (typeof job.run === "string") return [{ ...own, file, place, script: job.run + args }];
  if (typeof job.script !== "string") return [];
  const runner = typeof job.runner === "string" ? `${job.runner} ` : "";
  return [{ ...own, file, place, script: `${runner}${folder}/${job.script}${args}` }];
}

function narrowed(around: Around, { glob, exclude, file_types: types, root, files }: Members): Around {
  const excluded = typeof exclude === "string" ? [exclude] : textsOf(exclude);
  return {
    globs: [...around.globs, ...textsOf(glob)],
    excludes:
      excluded.length === 0
        ? around.excludes
        : [...around.excludes, typeof exclude === "string" ? exclude : excluded],
    types: [...around.types, ...textsOf(types)],
    root: typeof root === "string" && root !== "" ? root.replace(/\/+$/, "") : around.root,
    lists: typeof files === "string" ? files : around.lists,
  };
}

async function callsOf(job: Job, project: Project): Promise<readonly ToolCall[]> {
  const { file, place, script, root } = job;
  const filled = TEMPLATE.test(script);
  return toolCallsOf({ script, args: [], directory: root, files: "none" }, project, {
    path: file.path,
    line: file.lineOf(place),
    id: null,
    handed: filled ? (paths) => handedTo(job, paths) : everyPath,
    rewrites: false,
    exempt: (directory) => exemption(job, directory, filled),
    exemptsFirst: false,
  });
}

/** Reports are texts that nobody may execute. */
const OTHER_TYPES = new Set(["executable", "symlink", "binary"]);

function handedTo(job: Job, paths: readonly string[]): readonly string[] {
  const { globs, excludes, types, root, script, lists } = job;
  if (types.some((type) => OTHER_TYPES.has(type))) return [];
  const matcher: GlobMatcher = job.file.content.glob_matcher === "doublestar" ? "doublestar" : "gobwas";
  const wanted = globs.filter((glob) => glob !== "");
  const included =
    wanted.length === 0 ? paths : kept(paths, lefthookMatches(wanted, paths, { matcher, cases: false }));
  const left = excludes.reduce<readonly string[]>(
    (some, exclude) => kept(some, excludedBy(exclude, some, matcher, job)?.map((one) => !one) ?? null),
    included,
  );
  const below = left.filter((path) => root === "" || path.startsWith(`${root}/`));
  const listed = lists !== null && script.includes("{files}") ? readScript(`${lists} | xargs true`) : null;
  const source = listed === null ? null : sourceOf(listed, listed.commands.length - 1);
  return source === null ? below : source(below);
}

const kept = (paths: readonly string[], which: readonly boolean[] | null) =>
  which === null ? paths : paths.filter((_path, index) => which[index]);

function excludedBy(
  exclude: readonly string[] | string,
  paths: readonly string[],
  matcher: GlobMatcher,
  { file }: Job,
): readonly boolean[] | null {
  if (typeof exclude !== "string" || !isExpression(exclude) || readsGlobsAlone(file)) {
    return lefthookMatches(textsOf(exclude), paths, { matcher, cases: true });
  }
  try {
    return matchedInTime([new RegExp(exclude)], paths);
  } catch {
    return null;
  }
}

/** Since 2.0 an exclude that is one text is a glob, whatever it looks like. */
const readsGlobsAlone = ({ content }: Job["file"]) =>
  /^\D*(?:[2-9]|\d\d)\./.test(String(content.min_version ?? ""));

function exemption({ file, place }: Job, directory: string, filled: boolean): Exemption {
  const glob = `${directory}/**`;
  const job = place.filter((step) => !/^(?:commands|jobs|scripts|group)$/.test(step)).join(" ");
  if (!filled || !/^[\w./-]+$/.test(directory)) {
    return {
      file: file.path,
      byHand: `keep ${directory} from what ${job} in ${file.path} runs`,
      apply: () => err(`has no exclude that would hold for ${job}`),
    };
  }
  return {
    file: file.path,
    byHand: `exclude: ["${glob}"]  for ${job} in ${file.path}`,
    apply: (text) =>
      text === null ? err("is gone") : withExcludedGlob(file.path, text, { path: place, glob }),
  };
}
