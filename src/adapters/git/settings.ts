import type { SimpleGit } from "simple-git";
import type { Repository } from "./repository.ts";

/** A setting of this clone alone (`git config --local`); null where it is not set. */
export async function localSetting(repository: Repository, key: string): Promise<string | null> {
  return (await (await textGit(repository)).getConfig(key, "local")).value;
}

export async function setLocalSetting(repository: Repository, key: string, value: string): Promise<void> {
  await (await textGit(repository)).addConfig(key, value, false, "local");
}

/** What git's text commands need of the environment. Editors, pagers and helpers of a hook's are not among it. */
const NEEDED =
  /^(PATH|HOME|USERPROFILE|XDG_CONFIG_HOME|TZ|LC_ALL|GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|NO_REPLACE_OBJECTS|NO_LAZY_FETCH|CONFIG_.*))$/;

/** The door for settings. What a decision asks goes without it: loading it takes 25 ms, and each answer 50 ms. */
async function textGit(repository: Repository): Promise<SimpleGit> {
  const { simpleGit } = await import("simple-git");
  const environment = Object.fromEntries(
    Object.entries(repository.environment).filter(([name]) => NEEDED.test(name)),
  );
  // The configuration is the user's own; simple-git distrusts it because others pass it what they read.
  const unsafe = { allowUnsafeConfigPaths: true, allowUnsafeConfigEnvCount: true };
  const allowEnvironment = Object.keys(environment);
  return simpleGit({ baseDir: repository.directory, unsafe, allowEnvironment }).env(environment);
}
