import { type ParseError, parse } from "jsonc-parser";
import type { Project } from "../fixer.ts";
import { memberAt, readOrNull, withoutMark } from "./settings.ts";

const TRAILING = { allowTrailingComma: true };

/** What a settings file says, comments and trailing commas allowed; null where it is none. */
export function jsonIn(text: string | null): unknown {
  return readOrNull(() => {
    const errors: ParseError[] = [];
    const content: unknown = parse(withoutMark(text ?? ""), errors, TRAILING);
    return errors.length > 0 ? null : content;
  });
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
