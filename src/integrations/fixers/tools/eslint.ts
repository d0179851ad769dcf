import { err } from "../../../result.ts";
import type { Exemption, Project } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { globMatcher } from "./globs.ts";
import { ignoredBy, ignoreFileExemption } from "./ignore-file.ts";
import { jsonIn, wantedVersion } from "./json-settings.ts";
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
import { yamlIn } from "./yaml-settings.ts";

const VALUED =
  "-c --config --env --ext --global --parser --parser-options --resolve-plugins-relative-to --plugin --rule --rulesdir --ignore-path --ignore-pattern --fix-type --stdin-filename -o --output-file -f --format --cache-file --cache-location --cache-strategy --max-warnings --flag --concurrency";

const SCRIPTS = ".js .cjs .mjs .jsx .ts .cts .mts .tsx .vue .svelte .astro".split(" ");
/** Packages that have it rewrite what is no script. */
const PLUGINS: readonly (readonly [readonly string[], string])[] = [
  [
    ["@eslint/json", "eslint-plugin-json", "eslint-plugin-jsonc", "@antfu/eslint-config"],
    ".json .jsonc .json5",
  ],
  [["@eslint/markdown", "eslint-plugin-markdown", "eslint-plugin-mdx", "@antfu/eslint-config"], ".md .mdx"],
  [["eslint-plugin-yml", "eslint-plugin-yaml", "@antfu/eslint-config"], ".yml .yaml"],
  [["eslint-plugin-toml", "@antfu/eslint-config"], ".toml"],
  [["@html-eslint/eslint-plugin", "eslint-plugin-html"], ".html .htm"],
  [["@eslint/css"], ".css"],
];

/** What it ignores it ignores for files given by name too, with a warning. */
export const eslint: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  if (!has(args, "--fix") || has(args, "--fix-dry-run", "--help", "-h", "--stdin")) return null;
  const flat = flatConfig(call.project, call.directory);
  const ignoreFile = within(call.directory, valuesOf(args, "--ignore-path")[0] ?? ".eslintignore");
  const ends = await endsOf(call);
  return {
    name: "eslint",
    operands: args.operands,
    walksAlone: true,
    rewrites: async (paths) => {
      const given = ignoredBy([...valuesOf(args, "--ignore-pattern")], call.directory);
      const own =
        flat === null
          ? await oldRules(call.project, call.directory, ignoreFile)
          : await flatRules(call, flat);
      return paths.filter((path) => ends.some((end) => path.endsWith(end)) && !given(path) && !own(path));
    },
    exempt: async (reports) =>
      flat === null ? ignoreFileExemption(ignoreFile, reports) : exemption(flat, reports),
    exemptsNamed: true,
  };
};

function flatConfig(project: Project, directory: string): string | null {
  const files = upwardsFrom(directory).flatMap((place) =>
    ["js", "mjs", "cjs", "ts", "mts", "cts"].map((end) => within(place, `eslint.config.${end}`)),
  );
  return files.find((file) => hasFile(project, file)) ?? null;
}

async function endsOf({ project, directory }: Call): Promise<readonly string[]> {
  const more = await Promise.all(
    PLUGINS.map(async ([packages, ends]) => {
      const version = await wantedVersion(project, upwardsFrom(directory), packages);
      return version === null ? [] : ends.split(" ");
    }),
  );
  return [...SCRIPTS, ...more.flat()];
}

/**
 * The configuration is code, which is not run: what stands in quotes in its lists of ignores is taken for what it
 * ignores.
 */
async function flatRules({ project }: Call, file: string): Promise<(path: string) => boolean> {
  const code = ((await project.read(file)) ?? "").replaceAll(/^\s*\/\/.*$/gm, "");
  const lists = [...code.matchAll(/(?:\bignores\s*:\s*|\bglobalIgnores\(\s*)\[([^\]]*)\]/g)];
  const globs = lists.flatMap(([, list = ""]) =>
    [...list.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, glob = ""]) => glob),
  );
  return (path) => {
    const own = relativeTo(directoryOf(file), path);
    if (own === null) return true;
    const folders = upwardsFrom(directoryOf(own)).filter((one) => one !== "");
    return globs.some((glob) => [own, ...folders].some((one) => means(glob, one)));
  };
}

const means = (glob: string, path: string) => globMatcher(glob.replace(/^\.\//, "").replace(/\/$/, ""))(path);

async function oldRules(
  project: Project,
  directory: string,
  ignoreFile: string,
): Promise<(path: string) => boolean> {
  const patterns: string[] = [];
  for (const name of [".eslintrc.json", ".eslintrc", ".eslintrc.yml", ".eslintrc.yaml", "package.json"]) {
    const text = await project.read(within(directory, name));
    const content = text === null ? null : (jsonIn(text) ?? yamlIn(text));
    const own = name === "package.json" ? memberAt(content, "eslintConfig") : content;
    patterns.push(...textsOf(memberAt(own, "ignorePatterns")));
    if (name === "package.json") patterns.push(...textsOf(memberAt(content, "eslintIgnore")));
  }
  const listed = ignoredBy((await project.read(ignoreFile)) ?? "", directoryOf(ignoreFile));
  const written = ignoredBy(patterns, directory);
  return (path) => listed(path) || written(path) || /(?:^|\/)(?:node_modules\/|\.[^/])/.test(path);
}

function exemption(file: string, reports: string): Exemption {
  const own = relativeTo(directoryOf(file), reports) ?? reports;
  return {
    file,
    byHand: `Add to the list that ${nameOf(file)} exports:  { ignores: [${JSON.stringify(`${own}/**`)}] }`,
    apply: () => err("is code, which gate does not edit"),
  };
}
