import { join } from "node:path";
import { makeDirectory, writeAtomically } from "../files/files.ts";
import type { Repository } from "./repository.ts";
import { PLACES } from "./scratch.ts";

/** What makes an empty directory a repository. */
export const LONE_DIRECTORIES = ["objects", "refs"].map((part) => `.git/${part}`);
export const LONE_HEAD = { path: ".git/HEAD", text: "ref: refs/heads/nothing\n" };

/**
 * A repository with nothing in it, made in an empty directory: what git says of files there depends on these files
 * and on nobody's settings. Without asking git for it: that would be another process.
 */
export async function loneRepository(
  { environment }: Pick<Repository, "environment">,
  directory: string,
): Promise<Repository> {
  for (const part of LONE_DIRECTORIES) await makeDirectory(join(directory, part));
  await writeAtomically(join(directory, LONE_HEAD.path), LONE_HEAD.text);
  const gitDirectory = join(directory, ".git");
  const kept = Object.entries(environment).filter(([name]) => !isOfElsewhere(name));
  return {
    directory,
    topLevel: directory,
    gitDirectory,
    commonDirectory: gitDirectory,
    indexFile: join(gitDirectory, "index"),
    environment: {
      ...Object.fromEntries(kept),
      // Where git looks for a user's rules that no setting names.
      HOME: gitDirectory,
      XDG_CONFIG_HOME: gitDirectory,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_ATTR_NOSYSTEM: "1",
    },
    objectFormat: "sha1",
  };
}

function isOfElsewhere(name: string): boolean {
  return PLACES.includes(name) || name.startsWith("GIT_CONFIG") || name === "GIT_ATTR_SOURCE";
}
