import { posix } from "node:path";
import { parsedJson } from "../members.ts";
import { isHookFile } from "../wiring-places.ts";
import type { Project } from "./fixer.ts";
import { jsonIn, tomlIn } from "./tools/settings.ts";
import { isValidYaml, type YamlReader } from "./yaml-lines.ts";

/** A file that starts programs at a commit, and of which nothing is known. */
export interface UnreadFile {
  readonly path: string;
  /** To be read after its name. */
  readonly why: string;
}

type IsValid = (text: string) => boolean;

const yaml =
  (reader: YamlReader): IsValid =>
  (text) =>
    isValidYaml(text, reader);

/** The format of each, by where it lies and what it is called. */
const FORMATS: readonly (readonly [RegExp, string, IsValid])[] = [
  [/^\.pre-commit-config\.ya?ml$/, "YAML", yaml("python")],
  [/^(?:\.config\/)?\.?lefthook(?:-local)?\.ya?ml$/, "YAML", yaml("go")],
  [/^(?:\.config\/)?\.?lefthook(?:-local)?\.jsonc?$/, "JSON", (text) => jsonIn(text) !== null],
  [/^(?:prek|(?:\.config\/)?\.?lefthook(?:-local)?)\.toml$/, "TOML", (text) => tomlIn(text) !== null],
  [/(?:^|\/)\.lintstagedrc\.json$/, "JSON", (text) => parsedJson(text) !== null],
  [/(?:^|\/)\.lintstagedrc(?:\.ya?ml)?$/, "YAML", yaml("node")],
];

/** The files whose tools were not judged, because they could not be read. */
export async function unreadFiles({ files, read }: Project): Promise<readonly UnreadFile[]> {
  const starting = files.filter((path) => formatOf(path) !== undefined || isHookFile(path));
  const found = starting.map(async (path): Promise<readonly UnreadFile[]> => {
    const text = await read(path);
    if (text === null) return [{ path, why: "is no text that gate can read" }];
    const [, format, isValid] = formatOf(path) ?? [];
    return isValid === undefined || isValid(text) ? [] : [{ path, why: `is not valid ${format}` }];
  });
  return (await Promise.all(found)).flat();
}

function formatOf(path: string): (typeof FORMATS)[number] | undefined {
  // most files of a project are none of these
  if (!/pre-commit|lefthook|prek|lintstaged/.test(posix.basename(path))) return undefined;
  return FORMATS.find(([place]) => place.test(path));
}
