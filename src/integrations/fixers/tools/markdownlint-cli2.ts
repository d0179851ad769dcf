import { err } from "../../../result.ts";
import { withYamlItem } from "../../yaml-insert.ts";
import type { Exemption } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withJsonItem } from "./edit-json.ts";
import { globMatcher, isPlainPath } from "./globs.ts";
import { jsonIn } from "./json-settings.ts";
import { memberAt, textsOf } from "./settings.ts";
import { type Call, directoryOf, hasFile, relativeTo, type Tool, within } from "./tool.ts";
import { yamlIn } from "./yaml-settings.ts";

const NAMES = ["jsonc", "yaml", "cjs", "mjs"].map((end) => `.markdownlint-cli2.${end}`);

/** Its list of ignores holds for files that it is given by name as well. */
export const markdownlintCli2: Tool = async (call) => {
  const args = readArguments(call.args, "--config --configPointer");
  const file = settingsFile(call, valuesOf(args, "--config")[0]);
  const text = file === null ? null : await call.project.read(file);
  const settings = file?.endsWith(".yaml") ? yamlIn(text) : /c?js$/.test(file ?? "") ? null : jsonIn(text);
  const fixes = has(args, "--fix") || memberAt(settings, "fix") === true;
  if (!fixes || has(args, "--help", "--no-fix")) return null;
  const ignores = textsOf(memberAt(settings, "ignores"));
  const base = file === null ? call.directory : directoryOf(file);
  // "#" before a glob means that it is none of the files
  const given = args.operands.filter((one) => one.startsWith("#")).map((one) => one.slice(1));
  const globs = has(args, "--no-globs") ? [] : textsOf(memberAt(settings, "globs"));
  return {
    name: "markdownlint-cli2",
    operands: [...args.operands.filter((one) => !one.startsWith("#")), ...globs],
    walksAlone: false,
    rewrites: async (paths, way) => {
      const out = [...ignores, ...given].flatMap((glob) => [globMatcher(glob), globMatcher(`${glob}/**`)]);
      const wanted = way.kind === "walked" ? paths.filter((path) => /\.(?:md|markdown)$/.test(path)) : paths;
      return wanted.filter((path) => !out.some((matches) => matches(relativeTo(base, path) ?? path)));
    },
    exempt: async (reports) => exemption(file ?? within(call.directory, NAMES[0] ?? ""), reports),
    exemptsNamed: true,
  };
};

function settingsFile({ project, directory }: Call, named: string | undefined): string | null {
  const files = named === undefined ? NAMES : [named];
  return files.map((name) => within(directory, name)).find((file) => hasFile(project, file)) ?? null;
}

function exemption(file: string, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const item = `${relative ?? reports}/**`;
  return {
    file,
    byHand: `Add to ignores in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      if (/js$/.test(file)) return err("is code, which gate does not edit");
      if (!file.endsWith(".yaml")) return withJsonItem(text, { path: ["ignores"], item });
      return withYamlItem(text ?? "", { path: ["ignores"], key: null, value: item, comments: [] });
    },
  };
}
