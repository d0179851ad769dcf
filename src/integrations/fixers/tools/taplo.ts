import { err } from "../../../result.ts";
import type { Exemption } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withItem, withTomlChange } from "./edit-toml.ts";
import { globMatcher, isPlainPath } from "./globs.ts";
import { memberAt, textsOf } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import { type Call, directoryOf, hasFile, relativeTo, type Tool, upwardsFrom, within } from "./tool.ts";

/** Its lists of files hold for files that it is given by name as well. */
export const taplo: Tool = async (call) => {
  const args = readArguments(call.args, "-c --config --cache-path -o --option --colors --stdin-filepath");
  const [verb, ...operands] = args.operands;
  if (verb !== "fmt" && verb !== "format") return null;
  if (has(args, "--check", "--diff", "--help", "-h") || operands.includes("-")) return null;
  const file = settingsFile(call, valuesOf(args, "-c", "--config")[0]);
  const content = tomlIn(file === null ? null : await call.project.read(file));
  const base = file === null ? call.directory : directoryOf(file);
  const [includes, excludes] = ["include", "exclude"].map((name) => textsOf(memberAt(content, name)));
  const matches = (globs: readonly string[] = [], path: string) =>
    globs.some((glob) => globMatcher(glob.replace(/^\.\//, ""))(relativeTo(base, path) ?? path));
  return {
    name: "taplo",
    operands,
    walksAlone: true,
    rewrites: async (paths) =>
      paths.filter((path) => {
        const included = includes === undefined || includes.length === 0 || matches(includes, path);
        return path.endsWith(".toml") && included && !matches(excludes, path);
      }),
    exempt: async (reports) => exemption(file ?? within(call.directory, ".taplo.toml"), reports),
    exemptsNamed: true,
  };
};

function settingsFile({ project, directory }: Call, named: string | undefined): string | null {
  const files =
    named === undefined
      ? upwardsFrom(directory).flatMap((place) =>
          [".taplo.toml", "taplo.toml"].map((name) => within(place, name)),
        )
      : [within(directory, named)];
  return files.find((file) => hasFile(project, file)) ?? null;
}

function exemption(file: string, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const item = `${relative ?? reports}/**`;
  return {
    file,
    byHand: `Add to exclude in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      return withTomlChange(text, { path: ["exclude"], change: withItem(item) });
    },
  };
}
