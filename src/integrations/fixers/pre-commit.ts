import { err } from "../../result.ts";
import { listOf, type Members, membersOf } from "../members.ts";
import { hasTypes } from "./file-types.ts";
import type { Exemption, Project } from "./fixer.ts";
import { type HookPlace, pythonPatternFor, withExclude } from "./hook-exclude.ts";
import { knownHook } from "./hook-ids.ts";
import { passing } from "./path-filter.ts";
import { pythonPattern } from "./python-pattern.ts";
import { toolCallsOf } from "./shell-runs.ts";
import { everyPath, type ToolCall } from "./tool-call.ts";
import { globMatcher } from "./tools/globs.ts";
import { textsOf } from "./tools/settings.ts";
import { tomlIn } from "./tools/toml-settings.ts";
import { type PlacedYaml, placedYaml } from "./yaml-lines.ts";

/** The framework reads the first; the second is given to it by name. prek reads them too, unless it has its own. */
const FRAMEWORK_FILES = [".pre-commit-config.yaml", ".pre-commit-config.yml"] as const;
const PREK_FILE = "prek.toml";

/**
 * The occasions at which hooks are handed files of the repository. `manual` is one of them: such a hook is run by
 * a person, and then it rewrites what the others rewrite.
 */
const STAGES = new Set("pre-commit pre-merge-commit pre-push manual".split(" "));
const OLD_STAGES: ReadonlyMap<string, string> = new Map([
  ["commit", "pre-commit"],
  ["merge-commit", "pre-merge-commit"],
  ["push", "pre-push"],
]);

/** Nothing is started: the entry is a pattern, or a message. */
const NO_PROGRAM = new Set(["pygrep", "fail"]);

/** What the hooks of the pre-commit framework start, with the files that each is handed. */
export async function frameworkCalls(project: Project): Promise<readonly ToolCall[]> {
  const framework = FRAMEWORK_FILES.find((one) => project.files.includes(one)) ?? [];
  const found = [framework, project.files.includes(PREK_FILE) ? PREK_FILE : []].flat();
  const hooks = found.map(async (path) => {
    const text = await project.read(path);
    return text === null ? [] : hooksIn(path, text);
  });
  const calls = (await Promise.all(hooks)).flat().map((hook) => callsOf(hook, project));
  return (await Promise.all(calls)).flat();
}

interface FrameworkHook {
  readonly file: string;
  readonly line: number | null;
  readonly place: HookPlace;
  /** As the framework has them: what the repository says, with what the configuration changes of it. */
  readonly settings: Members;
  readonly rewrites: true | string | null;
  /** `files` and `exclude` of the whole configuration. */
  readonly whole: Members;
}

function hooksIn(file: string, text: string): readonly FrameworkHook[] {
  const { content, lineOf } = file === PREK_FILE ? placedToml(text) : placedYaml(text, "python");
  const defaults = listOf(content.default_stages);
  return hookPlaces(content).flatMap(({ repo, hook, path }): readonly FrameworkHook[] => {
    const { id } = hook;
    if (typeof id !== "string" || repo === "meta") return [];
    const known = repo === "local" ? null : knownHook(id);
    const settings = settingsOf(hook, known);
    if (!isHandedFiles(listOf(settings.stages), defaults)) return [];
    const place = { path, id, inherited: known?.exclude ?? "^$" };
    return [{ file, line: lineOf(path), place, settings, rewrites: known?.rewrites ?? null, whole: content }];
  });
}

/** Its parser tells no lines: a hook's is that of its id, where there is one such line. */
function placedToml(text: string): PlacedYaml {
  const content = membersOf(tomlIn(text));
  const lineOf = (path: readonly string[]) => {
    const hook = path.reduce<unknown>(
      (inner, key) => (Array.isArray(inner) ? inner[Number(key)] : membersOf(inner)[key]),
      content,
    );
    const { id } = membersOf(hook);
    const lines = text
      .split("\n")
      .map((line) => /^\s*(?:.*[{,\s])?id\s*=\s*["']([^"']*)["']/.exec(line)?.[1]);
    const which = lines.indexOf(typeof id === "string" ? id : "");
    return which === -1 || which !== lines.lastIndexOf(lines[which]) ? null : which + 1;
  };
  return { content, lineOf };
}

interface PlacedHook {
  readonly repo: unknown;
  readonly hook: Members;
  readonly path: HookPlace["path"];
}

function hookPlaces(content: Members): readonly PlacedHook[] {
  return listOf(content.repos).flatMap((entry, which) => {
    const { repo, hooks } = membersOf(entry);
    return listOf(hooks).map((hook, index): PlacedHook => {
      return { repo, hook: membersOf(hook), path: ["repos", String(which), "hooks", String(index)] };
    });
  });
}

function settingsOf(own: Members, known: ReturnType<typeof knownHook>): Members {
  if (known === null) return own;
  const { entry, args, files, exclude, types, typesOr } = known;
  const given = { entry, args, files, exclude, types, types_or: typesOr };
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), ...own };
}

function isHandedFiles(own: readonly unknown[], defaults: readonly unknown[]): boolean {
  const stages = (own.length > 0 ? own : defaults).map(String);
  return stages.length === 0 || stages.some((stage) => STAGES.has(OLD_STAGES.get(stage) ?? stage));
}

async function callsOf(hook: FrameworkHook, project: Project): Promise<readonly ToolCall[]> {
  const { settings, place, file, line } = hook;
  if (NO_PROGRAM.has(String(settings.language))) return [];
  const args = listOf(settings.args).map(String);
  const handsOver = settings.pass_filenames !== false;
  const always = hook.rewrites === true || (hook.rewrites !== null && args.includes(hook.rewrites));
  return toolCallsOf(
    { script: entryOf(settings, place.id), args, directory: "", files: handsOver ? "appended" : "none" },
    project,
    {
      path: file,
      line,
      id: place.id,
      handed: handsOver ? (paths) => handedTo(hook, paths) : everyPath,
      rewrites: always,
      exempt: (directory) => exemption(hook, directory),
      exemptsFirst: handsOver,
    },
  );
}

/** An image is called by what it is an image of. */
function entryOf({ entry, language }: Members, id: string): string {
  const written = typeof entry === "string" && entry.trim() !== "" ? entry : id;
  if (language !== "docker_image") return written;
  return written.replace(/^\s*(?:\S*\/)?([\w.-]+?)(?:-cli)?(?:[:@]\S*)?(?=\s|$)/, "$1");
}

function handedTo({ settings, whole }: FrameworkHook, paths: readonly string[]): readonly string[] {
  const types = Array.isArray(settings.types) ? settings.types.map(String) : ["file"];
  const wanted = {
    all: types,
    any: listOf(settings.types_or).map(String),
    none: listOf(settings.exclude_types).map(String),
  };
  const typed = paths.filter((path) => hasTypes(path, wanted));
  return [whole, settings].reduce<readonly string[]>((left, { files, exclude }) => {
    if (left.length === 0) return left;
    const passed = passing(left, { files: textOr(files, ""), exclude: textOr(exclude, "^$") });
    return passed.filter((path) => globMatches(files, path) !== false && globMatches(exclude, path) !== true);
  }, typed);
}

/** prek takes globs for patterns: `files = { glob = "src/*.py" }`. null where there are none. */
function globMatches(pattern: unknown, path: string): boolean | null {
  const { glob } = membersOf(pattern);
  return glob === undefined ? null : textsOf(glob).some((one) => globMatcher(one)(path));
}

const textOr = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);

function exemption({ file, place, settings }: FrameworkHook, directory: string): Exemption {
  const pattern = pythonPatternFor(directory);
  if (settings.pass_filenames === false) {
    return {
      file,
      byHand: `keep ${directory} from what ${place.id} in ${file} runs: it finds its files itself`,
      apply: () => err(`has no exclude that would hold for ${place.id}, which finds its files itself`),
    };
  }
  const exclude = textOr(settings.exclude, place.inherited);
  const whole = exclude === "^$" ? pattern : `${exclude.includes("\n") ? "…" : exclude}|${pattern}`;
  return {
    file,
    byHand: `exclude: ${whole}  for the hook ${place.id} in ${file}`,
    apply: (text) => {
      if (text === null) return err("is gone");
      if (file === PREK_FILE) return err("is not edited by gate");
      if (!pythonPattern(exclude).ok) return err(`has an exclude for ${place.id} that gate cannot read`);
      return withExclude(text, place, pattern);
    },
  };
}
