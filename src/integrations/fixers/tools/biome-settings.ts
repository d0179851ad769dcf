import { listOf, membersOf } from "../../members.ts";
import type { Project } from "../fixer.ts";
import { globMatcher } from "./globs.ts";
import { jsonIn, wantedVersion } from "./json-settings.ts";
import { memberAt, textsOf } from "./settings.ts";
import { directoryOf, hasFile, nameOf, relativeTo, upwardsFrom, type Way, within } from "./tool.ts";

const NAMES = ["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"];

export interface BiomeSettings {
  /** null where there is no file, and biome goes by its defaults. */
  readonly file: string | null;
  readonly directory: string;
  readonly content: unknown;
  /** `extends` brings in what is not in this file. */
  readonly extended: boolean;
  readonly major: number;
  /** Since 2.2 a folder that is kept out keeps out the files in it that are given by name. */
  readonly foldersHold: boolean;
  /** Since 2.2 its linter asks for folders without the stars. */
  readonly plainFolders: boolean;
}

export async function biomeSettings(
  project: Project,
  directory: string,
  configPath: string | undefined,
): Promise<BiomeSettings> {
  const file = settingsFile(project, directory, configPath);
  const content = file === null ? {} : jsonIn(await project.read(file));
  const place = file === null ? directory : directoryOf(file);
  const schema = /\/schemas\/(\d+\.\d+)/.exec(String(memberAt(content, "$schema")))?.[1];
  const wanted = schema ?? (await wantedVersion(project, upwardsFrom(place), ["@biomejs/biome"]));
  const [, first, second] = /(\d+)(?:\.(\d+))?/.exec(wanted ?? "") ?? [];
  const old = ["ignore", "include"].some((name) => memberAt(content, "files", name) !== undefined);
  const known = first === undefined ? null : Number(first) * 1000 + Number(second ?? 0);
  return {
    file,
    directory: place,
    content,
    extended: memberAt(content, "extends") !== undefined,
    major: first === undefined ? (old ? 1 : 2) : Number(first),
    foldersHold: known === null || known >= 2002,
    plainFolders: known !== null && known >= 2002,
  };
}

function settingsFile(project: Project, directory: string, configPath: string | undefined): string | null {
  if (configPath !== undefined) {
    const path = within(directory, configPath.replace(/\/$/, ""));
    return [path, ...NAMES.map((name) => `${path}/${name}`)].find((one) => hasFile(project, one)) ?? null;
  }
  const places = upwardsFrom(directory).flatMap((place) => NAMES.map((name) => within(place, name)));
  return places.find((one) => hasFile(project, one)) ?? null;
}

type Part = "formatter" | "linter" | "assist";

/** Whether a part of biome is to look at a file, by the lists of files and by whether it is switched on. */
export function isWanted(
  settings: BiomeSettings,
  part: Part,
  path: string,
  way: Way,
  alone: boolean,
): boolean {
  const relative = relativeTo(settings.directory, path);
  if (relative === null) return true;
  const list = settings.major === 1 ? firstGeneration : secondGeneration;
  const files = membersOf(memberAt(settings.content, "files"));
  const own = membersOf(memberAt(settings.content, part));
  const folders = settings.foldersHold || way.kind === "walked";
  if (way.kind === "walked" && settings.major > 1 && isRootOut(files)) return false;
  return (
    list(files, relative, folders) &&
    list(own, relative, alone && way.kind === "walked") &&
    isSwitchedOn(settings, part, relative)
  );
}

/** Version 2: the last glob that matches decides, and a folder that is kept out keeps out all that lies in it. */
function secondGeneration(
  { includes }: Readonly<Record<string, unknown>>,
  path: string,
  folders: boolean,
): boolean {
  if (includes === undefined) return true;
  const globs = textsOf(includes);
  const above = folders ? upwardsFrom(directoryOf(path)).filter((one) => one !== "") : [];
  return decide(globs, path) === "in" && above.every((one) => decide(globs, one) !== "out");
}

/** Who walks comes to the top folder first, which has no name: it goes by the last glob that means anything at all. */
function isRootOut({ includes }: Readonly<Record<string, unknown>>): boolean {
  return (
    textsOf(includes)
      .findLast((glob) => /^!{0,2}(?:\*\*\/)*\*{1,2}$/.test(glob))
      ?.startsWith("!") ?? false
  );
}

function decide(globs: readonly string[], path: string): "in" | "out" | null {
  // to biome `a/**` is what lies in the folder, never the folder itself
  const inner = (glob: string) => glob.replace(/^!{1,2}/, "").replace(/\/\*\*$/, "/**/*");
  const last = globs.findLast((glob) => globMatcher(inner(glob))(path));
  if (last === undefined) return null;
  return last.startsWith("!") ? "out" : "in";
}

/** Version 1: a glob means a file or a folder anywhere. */
function firstGeneration({ include, ignore }: Readonly<Record<string, unknown>>, path: string): boolean {
  const parts = [path, ...upwardsFrom(directoryOf(path)).filter((one) => one !== "")];
  const matches = (glob: string) =>
    parts.some((one) => globMatcher(glob)(one) || globMatcher(`**/${glob}`)(one));
  const included = textsOf(include);
  return (included.length === 0 || included.some(matches)) && !textsOf(ignore).some(matches);
}

function isSwitchedOn({ content, major }: BiomeSettings, part: Part, path: string): boolean {
  const language = languageOf(nameOf(path).toLowerCase());
  const name = part === "assist" && major === 1 ? "organizeImports" : part;
  const matching = listOf(memberAt(content, "overrides")).filter((one) => isOverride(one, path, major));
  const said = [content, ...matching].flatMap((one) => [
    memberAt(one, name, "enabled"),
    memberAt(one, language, name, "enabled"),
  ]);
  // what is said later, and of the language alone, comes after
  return said.findLast((one) => typeof one === "boolean") !== false;
}

function isOverride(override: unknown, path: string, major: number): boolean {
  const content = membersOf(override);
  if (major === 1) return content.include !== undefined && firstGeneration(content, path);
  return content.includes !== undefined && secondGeneration(content, path, false);
}

function languageOf(name: string): string {
  if (/\.(?:json|jsonc|webapp|webmanifest|code-\w+|sublime-\w+)$/.test(name)) return "json";
  if (/\.s?css$/.test(name)) return "css";
  if (/\.(?:gql|graphqls?)$/.test(name)) return "graphql";
  if (/\.html?$/.test(name)) return "html";
  if (/\.grit$/.test(name)) return "grit";
  return /\.[cm]?[jt]sx?$/.test(name) ? "javascript" : "";
}
