import { isAbsolute, resolve, sep } from "node:path";
import { fileErrorCode } from "./files.ts";
import { realPathFinder } from "./resolved-path.ts";

export type ArtifactPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "absent" }
  | { readonly kind: "outside" }
  | { readonly kind: "not-a-file" };

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES", "ERR_INVALID_ARG_VALUE"]);

/**
 * Gives a function that says what is at a path. A relative one must stay below `directory`, symbolic links
 * followed; an absolute one may be anywhere. Synchronous: there are thousands of them, a few in each folder.
 */
export function artifactLocator(directory: string): (path: string) => ArtifactPlace {
  const realPath = realPathFinder();
  let realDirectory: string | null = null;
  return (path) => {
    const file = resolve(directory, path);
    try {
      const { real, stats } = realPath(file);
      realDirectory ??= realPath(directory).real;
      if (!isAbsolute(path) && !real.startsWith(`${realDirectory}${sep}`)) return { kind: "outside" };
      return stats.isFile() ? { kind: "file", path: real } : { kind: "not-a-file" };
    } catch (error) {
      if (!ABSENT.has(fileErrorCode(error) ?? "")) throw error;
      const inPlace = file.startsWith(`${directory}${sep}`) || isAbsolute(path);
      return { kind: inPlace ? "absent" : "outside" };
    }
  };
}
