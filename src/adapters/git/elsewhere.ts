import { openRepository } from "./repository.ts";

/** What ties git to one repository, and to the index of one commit. */
const OF_ONE_REPOSITORY = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
];

/**
 * The environment for work in a directory other than the one gate was started in. A hook's variables name
 * the repository of that hook: in another one they would have its index written for a stranger.
 */
export async function environmentIn(
  directory: string,
  startedIn: string,
  environment: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  if (OF_ONE_REPOSITORY.every((name) => environment[name] === undefined)) return environment;
  const own = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !OF_ONE_REPOSITORY.includes(name)),
  );
  const [there, here] = await Promise.all([
    openRepository(directory, own),
    openRepository(startedIn, environment),
  ]);
  const another = there.ok && here.ok && there.value.gitDirectory !== here.value.gitDirectory;
  return another ? own : environment;
}
