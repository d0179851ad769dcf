import { err } from "../../../result.ts";
import { withYamlItem } from "../../yaml-insert.ts";
import type { Exemption } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { globMatcher, isPlainPath } from "./globs.ts";
import { ignoredBy } from "./ignore-file.ts";
import { memberAt, textsOf } from "./settings.ts";
import { type Call, directoryOf, hasFile, relativeTo, type Tool, within } from "./tool.ts";
import { yamlIn } from "./yaml-settings.ts";

const VALUED = "-conf -formatter -extensions -exclude -match_type -output_format -gitignore_path -kyaml";

type Matching = "standard" | "doublestar" | "gitignore";

/** Its excludes hold for files that it is given by name as well, but not by their whole paths. */
export const yamlfmt: Tool = async (call) => {
  const args = readArguments(
    call.args.map((word) => word.replace(/^--(?=\w)/, "-")),
    VALUED,
  );
  if (has(args, "-lint", "-dry", "-in", "-help", "-version", "-print_conf")) return null;
  const file = settingsFile(call, valuesOf(args, "-conf")[0]);
  const content = yamlIn(file === null ? null : await call.project.read(file));
  const said = valuesOf(args, "-match_type")[0] ?? memberAt(content, "match_type");
  const stars = has(args, "-dstar") || memberAt(content, "doublestar") === true;
  const matching: Matching =
    said === "doublestar" || said === "gitignore" ? said : stars ? "doublestar" : "standard";
  const extensions = [
    ...textsOf(memberAt(content, "extensions")),
    ...valuesOf(args, "-extensions").flatMap((one) => one.split(",")),
  ];
  const ends =
    extensions.length > 0 ? extensions.map((one) => `.${one.replace(/^\./, "")}`) : [".yaml", ".yml"];
  const excludes = [
    ...textsOf(memberAt(content, "exclude")),
    ...valuesOf(args, "-exclude").flatMap((one) => one.split(",")),
  ];
  const excluded = isExcluded(call, matching, excludes);
  return {
    name: "yamlfmt",
    operands: args.operands,
    walksAlone: true,
    rewrites: async (paths, way) => {
      const wanted =
        way.kind === "named" ? paths : paths.filter((path) => ends.some((end) => path.endsWith(end)));
      const asked = way.kind === "walked" || !call.absolute;
      return wanted.filter((path) => !asked || !excluded(path));
    },
    exempt: async (reports) => exemption(file ?? within(call.directory, ".yamlfmt"), matching, reports),
    exemptsNamed: !call.absolute,
  };
};

function settingsFile({ project, directory }: Call, named: string | undefined): string | null {
  const names =
    named === undefined
      ? [".yamlfmt", "yamlfmt.yml", "yamlfmt.yaml", ".yamlfmt.yml", ".yamlfmt.yaml"]
      : [named];
  return names.map((name) => within(directory, name)).find((file) => hasFile(project, file)) ?? null;
}

function isExcluded(
  { directory }: Call,
  matching: Matching,
  excludes: readonly string[],
): (path: string) => boolean {
  if (matching === "gitignore") return ignoredBy(excludes, directory);
  return (path) => {
    const own = relativeTo(directory, path) ?? path;
    if (matching === "doublestar") return excludes.some((glob) => globMatcher(glob)(own));
    return excludes.some(
      (one) => own === one || own.startsWith(`${one.replace(/^\.\//, "").replace(/\/$/, "")}/`),
    );
  };
}

function exemption(file: string, matching: Matching, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const own = relative ?? reports;
  const item = { standard: own, doublestar: `${own}/**`, gitignore: `/${own}/` }[matching];
  return {
    file,
    byHand: `Add to exclude in ${file}:  ${item}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      return withYamlItem(text ?? "", { path: ["exclude"], key: null, value: item, comments: [] });
    },
  };
}
