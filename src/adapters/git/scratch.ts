import { join } from "node:path";
import { readIfThere, writeAtomically } from "../files/files.ts";
import { listedPath } from "./alternates.ts";
import { git } from "./command.ts";
import { openRepository, type Repository } from "./repository.ts";

/** What a repository is called from outside: none of it may lead a command in the scratch one back to it. */
export const PLACES: readonly string[] = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_REPLACE_REF_BASE",
  "GIT_INTERNAL_SUPER_PREFIX",
];

/** Settings of the real one that hold in the scratch one too; the empty text unsets what is set elsewhere. */
export type ScratchSettings = Readonly<Record<string, string>>;

/**
 * A repository in `directory`, with no commit and no file, that sees every object of another one: nothing is copied,
 * and nothing that is written here is written there.
 */
export async function scratchRepository(
  { commonDirectory, environment, objectFormat }: Repository,
  directory: string,
  settings: ScratchSettings,
): Promise<Repository> {
  const surroundings = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !PLACES.includes(name)),
  );
  const place = { directory, environment: surroundings };
  const format = `--object-format=${objectFormat}`;
  await git(place, ["init", "--quiet", "--template=", format, "-b", "forged", "."]);
  const own = join(directory, ".git");
  await writeAtomically(
    join(own, "objects/info/alternates"),
    `${alternates(environment, commonDirectory)}\n`,
  );
  const shallow = await readIfThere(join(commonDirectory, "shallow"));
  if (shallow !== null) await writeAtomically(join(own, "shallow"), shallow);
  for (const [key, value] of Object.entries(settings)) await git(place, ["config", key, value]);
  const opened = await openRepository(directory, surroundings);
  if (!opened.ok) throw new Error(`the scratch repository cannot be opened: ${opened.error}`);
  return opened.value;
}

function alternates(environment: Readonly<Record<string, string>>, commonDirectory: string): string {
  const own = listedPath(environment.GIT_OBJECT_DIRECTORY || join(commonDirectory, "objects"));
  const others = environment.GIT_ALTERNATE_OBJECT_DIRECTORIES?.split(":") ?? [];
  return [own, ...others].filter((path) => path !== "").join("\n");
}
