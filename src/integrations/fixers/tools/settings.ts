import { type ParseError, parse as parseJsonWithComments } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { listOf, membersOf } from "../../members.ts";
import { readYaml } from "../../yaml-insert.ts";
import type { Project } from "../fixer.ts";

/** What a settings file says, comments and trailing commas allowed; null where it is none. */
export function jsonIn(text: string | null): unknown {
  return readOrNull(() => {
    const errors: ParseError[] = [];
    const content: unknown = parseJsonWithComments(withoutMark(text ?? ""), errors, TRAILING);
    return errors.length > 0 ? null : content;
  });
}

export function tomlIn(text: string | null): unknown {
  return readOrNull(() => parseToml(withoutMark(text ?? "")));
}

export function yamlIn(text: string | null): unknown {
  return text === null ? null : readOrNull(() => readYaml(text));
}

const TRAILING = { allowTrailingComma: true };

/** The parsers throw where a stranger's file is wrong, or goes deeper than they can. */
function readOrNull(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

const withoutMark = (text: string) => text.replace(/^\uFEFF/, "");

/** Follows names into a map of maps; undefined where one of them is missing. */
export function memberAt(content: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((inner, name) => membersOf(inner)[name], content);
}

/** A list of texts, or the one text that stands for such a list. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return listOf(value).filter((one) => typeof one === "string");
}

/** The version of a package that package.json at a directory asks for: `^2.1.0`; null where it does not name it. */
export async function wantedVersion(
  project: Project,
  directories: readonly string[],
  names: readonly string[],
): Promise<string | null> {
  for (const directory of directories) {
    const content = jsonIn(
      await project.read(directory === "" ? "package.json" : `${directory}/package.json`),
    );
    for (const group of ["devDependencies", "dependencies", "peerDependencies", "optionalDependencies"]) {
      for (const name of names) {
        const version = memberAt(content, group, name);
        if (typeof version === "string") return version;
      }
    }
  }
  return null;
}
