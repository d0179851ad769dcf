import { realpathSync, statSync } from "node:fs";
import { isAbsolute, resolve, sep } from "node:path";
import { fileErrorCode } from "./files.ts";

type ArtifactPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "absent" }
  | { readonly kind: "outside" }
  | { readonly kind: "not-a-file" };

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES", "ERR_INVALID_ARG_VALUE"]);

/**
 * A relative path must stay below `directory`, symbolic links followed; an absolute one may be anywhere.
 * Synchronous: there are thousands of them.
 */
export function locateArtifact(directory: string, path: string): ArtifactPlace {
  try {
    const real = realpathSync.native(resolve(directory, path));
    if (!isAbsolute(path) && !real.startsWith(`${realpathSync.native(directory)}${sep}`))
      return { kind: "outside" };
    return statSync(real).isFile() ? { kind: "file", path: real } : { kind: "not-a-file" };
  } catch (error) {
    if (!ABSENT.has(fileErrorCode(error) ?? "")) throw error;
    return resolve(directory, path).startsWith(`${directory}${sep}`) || isAbsolute(path)
      ? { kind: "absent" }
      : { kind: "outside" };
  }
}
