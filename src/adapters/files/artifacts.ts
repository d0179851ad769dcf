import { realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import { fileErrorCode } from "./files.ts";

type ArtifactPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "absent" }
  | { readonly kind: "outside" }
  | { readonly kind: "not-a-file" };

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES", "ERR_INVALID_ARG_VALUE"]);

/** A relative path must stay below `directory`, symbolic links followed; an absolute one may be anywhere. */
export async function locateArtifact(directory: string, path: string): Promise<ArtifactPlace> {
  try {
    const real = await realpath(resolve(directory, path));
    if (!isAbsolute(path) && !real.startsWith(`${await realpath(directory)}${sep}`))
      return { kind: "outside" };
    return (await stat(real)).isFile() ? { kind: "file", path: real } : { kind: "not-a-file" };
  } catch (error) {
    if (!ABSENT.has(fileErrorCode(error) ?? "")) throw error;
    return resolve(directory, path).startsWith(`${directory}${sep}`) || isAbsolute(path)
      ? { kind: "absent" }
      : { kind: "outside" };
  }
}
