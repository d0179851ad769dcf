import { posix } from "node:path";
import { parsedJson } from "../members.ts";
import { isHookFile } from "../wiring-places.ts";
import type { Project } from "./fixer.ts";
import type { YamlReader } from "./yaml-lines.ts";

/** A file that starts programs at a commit, or says what they do, and of which nothing is known. */
export interface UnreadFile {
  readonly path: string;
  /** To be read after its name. */
  readonly why: string;
}

/** What reads a format is loaded where there is a file of it. */
type IsValid = (text: string) => Promise<boolean>;

const yaml =
  (reader: YamlReader): IsValid =>
  async (text) =>
    (await import("./yaml-lines.ts")).isValidYaml(text, reader);

const json: IsValid = async (text) => (await import("./tools/json-settings.ts")).jsonIn(text) !== null;
const toml: IsValid = async (text) => (await import("./tools/toml-settings.ts")).tomlIn(text) !== null;
const strictJson: IsValid = async (text) => parsedJson(text) !== null;

/** The format of each, by where it lies and what it is called. */
const FORMATS: readonly (readonly [RegExp, string, IsValid])[] = [
  [/^\.pre-commit-config\.ya?ml$/, "YAML", yaml("python")],
  [/^(?:\.config\/)?\.?lefthook(?:-local)?\.ya?ml$/, "YAML", yaml("go")],
  [/^(?:\.config\/)?\.?lefthook(?:-local)?\.jsonc?$/, "JSON", json],
  [/^(?:prek|(?:\.config\/)?\.?lefthook(?:-local)?)\.toml$/, "TOML", toml],
  [/(?:^|\/)\.lintstagedrc\.json$/, "JSON", strictJson],
  [/^package\.json$/, "JSON", strictJson],
  [/^pyproject\.toml$/, "TOML", toml],
  [/^(?:\.?dprint|biome|\.markdownlint-cli2)\.jsonc?$/, "JSON", json],
  [/(?:^|\/)\.lintstagedrc(?:\.ya?ml)?$/, "YAML", yaml("node")],
];

/** The files whose tools were not judged, because they could not be read. */
export async function unreadFiles({ files, read }: Project): Promise<readonly UnreadFile[]> {
  const starting = files.filter((path) => formatOf(path) !== undefined || isHookFile(path));
  const found = starting.map(async (path): Promise<readonly UnreadFile[]> => {
    const text = await read(path);
    if (text === null) return [{ path, why: "is no text that gate can read" }];
    const [, format, isValid] = formatOf(path) ?? [];
    return isValid === undefined || (await isValid(text)) ? [] : [{ path, why: `is not valid ${format}` }];
  });
  return (await Promise.all(found)).flat();
}

function formatOf(path: string): (typeof FORMATS)[number] | undefined {
  // most files of a project are none of these
  if (
    !/pre-commit|lefthook|prek|lintstaged|^package\.json|^pyproject|dprint|biome|markdownlint/.test(
      posix.basename(path),
    )
  )
    return undefined;
  return FORMATS.find(([place]) => place.test(path));
}
