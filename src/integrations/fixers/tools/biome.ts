import { err } from "../../../result.ts";
import type { Exemption, Project } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { isFormatted, isLinted } from "./biome-files.ts";
import { type BiomeSettings, biomeSettings, isWanted } from "./biome-settings.ts";
import { withJsonItem } from "./edit-json.ts";
import { gitIgnored } from "./git-ignored.ts";
import { isPlainPath } from "./globs.ts";
import { memberAt, textsOf } from "./settings.ts";
import { type Call, nameOf, relativeTo, type Tool, type Way, within } from "./tool.ts";

const VALUED =
  "--config-path --max-diagnostics --log-level --log-kind --log-file --diagnostic-level --reporter --files-max-size --stdin-file-path --vcs-client-kind --vcs-root --vcs-default-branch --since --indent-style --indent-width --indent-size --line-ending --line-width --attribute-position --bracket-spacing --quote-style --jsx-quote-style --quote-properties --trailing-commas --trailing-comma --semicolons --arrow-parentheses --only --skip --colors --threads";

type Verb = "check" | "format" | "lint";

/** Its lists of files hold for files that it is given by name as well. */
export const biome: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  const [verb, ...operands] = args.operands;
  if (verb !== "check" && verb !== "format" && verb !== "lint") return null;
  if (!has(args, "--write", "--fix", "--apply", "--apply-unsafe", "--apply-suggested")) return null;
  if (has(args, "--stdin-file-path", "--help", "-h")) return null;
  const settings = await biomeSettings(call.project, call.directory, valuesOf(args, "--config-path")[0]);
  return {
    name: "biome",
    operands: has(args, "--staged", "--changed") ? ["$changed"] : operands,
    walksAlone: true,
    rewrites: async (paths, way) => {
      const ignored = await ignoredByGit(call.project, settings, paths);
      return paths.filter((path) => !ignored(path) && rewrites(settings, verb, path, way));
    },
    exempt: async (reports) => exemption(settings, call, reports),
    exemptsNamed: true,
  };
};

function rewrites(settings: BiomeSettings, verb: Verb, path: string, way: Way): boolean {
  const { content, major } = settings;
  const name = nameOf(path);
  const markup =
    memberAt(content, "html", "formatter", "enabled") === true ||
    memberAt(content, "html", "experimentalFullSupportEnabled") === true;
  const formats = verb !== "lint" && isFormatted(name, { major, markup });
  const lints = verb !== "format" && isLinted(name);
  return (
    (formats && isWanted(settings, "formatter", path, way, verb === "format")) ||
    (lints && isWanted(settings, "linter", path, way, verb === "lint")) ||
    (lints && verb === "check" && isWanted(settings, "assist", path, way, false))
  );
}

async function ignoredByGit(
  project: Project,
  { content, directory }: BiomeSettings,
  paths: readonly string[],
): Promise<(path: string) => boolean> {
  const asks =
    memberAt(content, "vcs", "enabled") === true && memberAt(content, "vcs", "useIgnoreFile") === true;
  return asks ? gitIgnored(project, directory, paths) : () => false;
}

function exemption(settings: BiomeSettings, { directory }: Call, reports: string): Exemption {
  const file = settings.file ?? within(directory, "biome.json");
  const relative = relativeTo(settings.directory, reports);
  const own = relative ?? reports;
  const { path, item, before } = itemFor(settings, own);
  return {
    file,
    byHand: `Add to ${path.join(".")} in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null) return err(`cannot name ${reports}, which lies outside of its directory`);
      if (!isPlainPath(own)) return err(`cannot name ${reports} in a glob`);
      if (settings.extended) return err("takes in other settings (extends), which may say more");
      return withJsonItem(text, { path, item, before });
    },
  };
}

interface Listed {
  readonly path: readonly [string, ...string[]];
  readonly item: string;
  readonly before: readonly string[];
}

function itemFor({ major, plainFolders, content }: BiomeSettings, directory: string): Listed {
  if (major === 1) return { path: ["files", "ignore"], item: directory, before: [] };
  const item = plainFolders ? `!${directory}` : `!${directory}/**`;
  // a list of nothing but exceptions would mean no file at all
  const empty = !textsOf(memberAt(content, "files", "includes")).some((glob) => !glob.startsWith("!"));
  return { path: ["files", "includes"], item, before: empty ? ["**"] : [] };
}
