import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Rig } from "./repository.ts";

/** A PATH with git and a shell and without Node: what a graphical client may give to a hook. */
export function bareToolPath(rig: Rig): string {
  const bin = join(rig.base, "bin");
  mkdirSync(bin, { recursive: true });
  for (const tool of ["git", "sh", "cat", "rm"]) {
    const found = (process.env.PATH ?? "")
      .split(":")
      .map((folder) => join(folder, tool))
      .find(existsSync);
    if (found === undefined) throw new Error(`${tool} is not on PATH`);
    symlinkSync(found, join(bin, tool));
  }
  return bin;
}
