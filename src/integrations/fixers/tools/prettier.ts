import { err } from "../../../result.ts";
import { listOf, membersOf } from "../../members.ts";
import type { Exemption, Project } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { globMatcher } from "./globs.ts";
import { ignoredBy, ignoreFileExemption } from "./ignore-file.ts";
import { jsonIn } from "./json-settings.ts";
import { hasParser, needsNoPragma } from "./prettier-languages.ts";
import { textsOf } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import { type Call, directoryOf, hasFile, nameOf, relativeTo, type Tool, within } from "./tool.ts";
import { yamlIn } from "./yaml-settings.ts";

const VALUED =
  "--config --ignore-path --parser --plugin --config-precedence --tab-width --print-width --end-of-line --prose-wrap --trailing-comma --arrow-parens --quote-props --embedded-language-formatting --html-whitespace-sensitivity --object-wrap --experimental-operator-position --range-start --range-end --stdin-filepath --cache-location --cache-strategy --log-level --file-info --find-config-path --cursor-offset --branch --pattern --config-file";

/** It honours its ignore files for files that it is given by name as well. */
export const prettier: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  const quick = call.program === "pretty-quick";
  if (quick ? has(args, "--check") : !has(args, "--write", "-w")) return null;
  if (has(args, "--stdin-filepath", "--help", "-h")) return null;
  const ignorePaths = valuesOf(args, "--ignore-path");
  const files = ignorePaths.length > 0 ? ignorePaths : [".gitignore", ".prettierignore"];
  const places = files.map((path) => within(call.directory, path));
  return {
    name: "prettier",
    operands: quick ? ["$staged"] : args.operands,
    walksAlone: false,
    rewrites: async (paths) => {
      const ignored = await ignoredByAny(call.project, places);
      const wanted = paths.filter((path) => !ignored(path) && !/(?:^|\/)node_modules\//.test(path));
      const formatted = formatter(call, {
        parser: has(args, "--parser"),
        plugins: valuesOf(args, "--plugin"),
        pragma: has(args, "--require-pragma"),
      });
      const answers = await Promise.all(wanted.map(formatted));
      return wanted.filter((_, index) => answers[index]);
    },
    exempt: async (reports) => exemption(places, reports),
    exemptsNamed: true,
  };
};

async function ignoredByAny(project: Project, files: readonly string[]): Promise<(path: string) => boolean> {
  const rules = await Promise.all(
    files.map(async (file) => {
      const text = await project.read(file);
      return text === null ? [] : [ignoredBy(text, directoryOf(file), { ignorecase: true })];
    }),
  );
  return (path) => rules.flat().some((ignores) => ignores(path));
}

/** Never git's own rules: they would keep the reports out of every commit. */
function exemption(files: readonly string[], reports: string): Exemption {
  const own = files.filter((file) => nameOf(file) !== ".gitignore");
  const file = own.find((one) => nameOf(one) === ".prettierignore") ?? own[0];
  if (file !== undefined) return ignoreFileExemption(file, reports);
  const { byHand } = ignoreFileExemption(".prettierignore", reports);
  return {
    file: ".prettierignore",
    byHand: `${byHand} ; and give prettier --ignore-path .prettierignore as well`,
    apply: () => err("is not read where prettier is given another --ignore-path"),
  };
}

interface CommandLine {
  readonly parser: boolean;
  readonly plugins: readonly string[];
  readonly pragma: boolean;
}

const RC = ["", ".json", ".yaml", ".yml", ".json5", ".toml"].map((end) => `.prettierrc${end}`);

function formatter(
  { project }: Call,
  { parser, plugins, pragma }: CommandLine,
): (path: string) => Promise<boolean> {
  const settingsOf = nearestSettings(project);
  return async (path) => {
    const settings = await settingsOf(directoryOf(path));
    const options = settings === null ? {} : optionsFor(settings, path);
    const known = [...plugins, ...textsOf(options.plugins)];
    const formatted = parser || typeof options.parser === "string" || hasParser(nameOf(path), known);
    const asks = pragma || options.requirePragma === true;
    return formatted && (!asks || needsNoPragma(nameOf(path)));
  };
}

interface Settings {
  readonly directory: string;
  readonly content: unknown;
}

/** The nearest one counts alone. What is written as code is not run: nothing is known of it. */
function nearestSettings(project: Project): (directory: string) => Promise<Settings | null> {
  const found = new Map<string, Promise<Settings | null>>();
  const nearest = async (directory: string): Promise<Settings | null> =>
    (await settingsIn(project, directory)) ?? (directory === "" ? null : remembered(directoryOf(directory)));
  const remembered = (directory: string) => {
    const settings = found.get(directory) ?? nearest(directory);
    found.set(directory, settings);
    return settings;
  };
  return remembered;
}

async function settingsIn(project: Project, directory: string): Promise<Settings | null> {
  for (const name of ["package.json", "package.yaml", ...RC]) {
    const path = within(directory, name);
    const text = hasFile(project, path) ? await project.read(path) : null;
    const content = text === null ? null : contentOf(name, text);
    if (content !== undefined && content !== null) return { directory, content };
  }
  return null;
}

function contentOf(name: string, text: string): unknown {
  if (name === "package.json") return membersOf(jsonIn(text)).prettier;
  if (name === "package.yaml") return membersOf(yamlIn(text)).prettier;
  if (name.endsWith(".toml")) return tomlIn(text);
  return name.endsWith("json") || name.endsWith(".json5") ? jsonIn(text) : yamlIn(text);
}

function optionsFor({ directory, content }: Settings, path: string): Readonly<Record<string, unknown>> {
  const { overrides, ...own } = membersOf(content);
  const relative = relativeTo(directory, path) ?? path;
  const matching = listOf(overrides)
    .map(membersOf)
    .filter(({ files, excludeFiles }) => {
      return matchesAny(textsOf(files), relative) && !matchesAny(textsOf(excludeFiles), relative);
    });
  return Object.assign({}, own, ...matching.map(({ options }) => membersOf(options)));
}

function matchesAny(globs: readonly string[], path: string): boolean {
  return globs.some((glob) => globMatcher(glob)(glob.includes("/") ? path : nameOf(path)));
}
