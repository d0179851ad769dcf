import { err } from "../../../result.ts";
import { membersOf } from "../../members.ts";
import type { Exemption } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withJsonItem } from "./edit-json.ts";
import { gitIgnored } from "./git-ignored.ts";
import { isPlainPath, spelledOut } from "./globs.ts";
import { ignoredBy } from "./ignore-file.ts";
import { jsonIn } from "./json-settings.ts";
import { memberAt, textsOf } from "./settings.ts";
import {
  type Call,
  directoryOf,
  hasFile,
  nameOf,
  relativeTo,
  type Tool,
  upwardsFrom,
  within,
} from "./tool.ts";

const VALUED =
  "-c --config --excludes --excludes-override --includes-override --plugins --log-level -L --config-discovery --incremental --config-precedence --stdin";
const NAMES = ["dprint.json", "dprint.jsonc", ".dprint.json", ".dprint.jsonc"];

/** What each plugin formats, by a part of its address. */
const PLUGINS: readonly (readonly [RegExp, string, string])[] = [
  [/(?:dprint-plugin-|@?dprint\/|\/)typescript/, "typescript", ".ts .tsx .cts .mts .js .jsx .cjs .mjs"],
  [/biome|oxc/, "biome", ".ts .tsx .cts .mts .js .jsx .cjs .mjs .json .jsonc .css .graphql"],
  [/(?:dprint-plugin-|@?dprint\/|\/)json/, "json", ".json .jsonc .code-workspace .lock"],
  [/markdown/, "markdown", ".md .mkd .mdwn .mdown .markdown"],
  [/toml/, "toml", ".toml"],
  [/docker/, "dockerfile", "Dockerfile .dockerfile"],
  [/markup/, "markup", ".html .htm .vue .svelte .astro .xml .svg .njk .jinja"],
  [/yaml/, "yaml", ".yaml .yml"],
  [/malva|css/, "malva", ".css .scss .sass .less"],
  [/graphql/, "graphql", ".graphql .gql"],
  [/ruff/, "ruff", ".py .pyi"],
  [/jupyter/, "jupyter", ".ipynb"],
  [/mago|php/, "mago", ".php"],
];

/** Its lists of files, and git's rules, hold for files that it is given by name as well. */
export const dprint: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  const [verb, ...operands] = args.operands;
  if (verb !== "fmt" || has(args, "--stdin", "--diff", "--help", "-h")) return null;
  const file = settingsFile(call, valuesOf(args, "-c", "--config")[0]);
  const settings = file === null ? null : jsonIn(await call.project.read(file));
  if (file === null || settings === null) return null;
  const directory = directoryOf(file);
  return {
    name: "dprint",
    operands: has(args, "--staged") ? ["$staged"] : operands,
    walksAlone: true,
    rewrites: async (paths, way) => {
      const ignored = await gitIgnored(call.project, directory, paths);
      const listed = inLists(settings, directory);
      // of what it is given by name, git's rules only keep out whole folders
      const asked = (path: string) => (way.kind === "named" ? `${directoryOf(path)}/` : path);
      return paths.filter((path) => listed(path) && !ignored(asked(path)) && isFormatted(settings, path));
    },
    exempt: async (reports) => exemption(file, settings, reports),
    exemptsNamed: true,
  };
};

function settingsFile({ project, directory }: Call, named: string | undefined): string | null {
  const files =
    named === undefined
      ? upwardsFrom(directory).flatMap((place) => NAMES.map((name) => within(place, name)))
      : [within(directory, named)];
  return files.find((one) => hasFile(project, one)) ?? null;
}

function inLists(settings: unknown, directory: string): (path: string) => boolean {
  const includes = textsOf(memberAt(settings, "includes")).flatMap(spelledOut).map(anchored);
  const excludes = textsOf(memberAt(settings, "excludes")).flatMap(spelledOut).map(anchored);
  const included = includes.length === 0 ? () => true : ignoredBy(includes, directory);
  const excluded = ignoredBy(excludes, directory);
  return (path) => included(path) && !excluded(path);
}

const anchored = (glob: string) => glob.replace(/^(!?)\.\//, "$1/");

function isFormatted(settings: unknown, path: string): boolean {
  const name = nameOf(path);
  return textsOf(memberAt(settings, "plugins")).some((address) => {
    const given = address.includes("exec") && isGivenToPrograms(settings, name);
    return (
      given || PLUGINS.some(([which, key, ends]) => which.test(address) && isOf(settings, key, ends, path))
    );
  });
}

/** What a plugin takes by itself, and what it is told to take as well. */
function isOf(settings: unknown, key: string, ends: string, path: string): boolean {
  const associations = textsOf(memberAt(settings, key, "associations"))
    .flatMap(spelledOut)
    .map(anchored);
  return ends.split(" ").some((end) => path.endsWith(end)) || ignoredBy(associations, "")(path);
}

/** The plugin that starts other programs: they may be anything, so they are taken to rewrite. */
function isGivenToPrograms(settings: unknown, name: string): boolean {
  const commands = memberAt(settings, "exec", "commands");
  return (Array.isArray(commands) ? commands : [])
    .map(membersOf)
    .some(
      ({ exts, fileNames }) =>
        textsOf(exts).some((end) => name.endsWith(`.${end.replace(/^\./, "")}`)) ||
        textsOf(fileNames).includes(name),
    );
}

function exemption(file: string, settings: unknown, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const item = `${relative ?? reports}/**`;
  // with a slash within, it means this directory and no other of its name
  return {
    file,
    byHand: `Add to excludes in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      if (memberAt(settings, "extends") !== undefined)
        return err("takes in other settings (extends), which may say more");
      return withJsonItem(text, { path: ["excludes"], item });
    },
  };
}
