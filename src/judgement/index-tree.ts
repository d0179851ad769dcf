import { copyOf, makeDirectory, removeTree } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { unmergedEntries, updateIndex, writeTree } from "../adapters/git/index.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import { placesOf } from "../evidence/places.ts";
import { CONFIGURATION_PATH, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { err, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { readCached } from "./configuration.ts";
import { reportsDirectories } from "./judge.ts";

/**
 * The tree of what is being committed. Two branches with evidence always conflict in their reports, and
 * nobody should have to resolve that: where only reports are unmerged, they are left out of the tree. An index
 * that another git holds locked (`git commit -a` with its editor open) is read from a copy.
 */
export async function treeOfIndex(repository: Repository): Promise<Result<TreeId, readonly Problem[]>> {
  const whole = await writeTree(repository);
  if (whole.ok) return whole;
  const unmerged = [...new Set((await unmergedEntries(repository, [])).map(({ path }) => path))];
  const reports = await configuredReports(repository);
  const isReport = (path: string) => reports.some((directory) => path.startsWith(`${directory}/`));
  const others = unmerged.filter((path) => !isReport(path));
  if (others.length > 0) return err(others.map(unmergedProblem));
  const scratch = `${placesOf(repository).scratchIndex}-merge`;
  await makeDirectory(placesOf(repository).directory);
  try {
    await copyOf(repository.indexFile, scratch);
    await updateIndex(repository, { remove: unmerged, add: [] }, { file: scratch });
    const tree = await writeTree(repository, { file: scratch });
    return tree.ok ? tree : err(unmerged.map(unmergedProblem));
  } finally {
    await removeTree(scratch);
  }
}

/** Whether a merge has left reports unmerged, so that git refuses a commit until they are attached anew. */
export async function reportsConflict(
  repository: Repository,
  directories: readonly string[],
): Promise<boolean> {
  return (await unmergedEntries(repository, directories.map(exactly))).length > 0;
}

/** By gate.yaml as it is staged; where it is unmerged itself, by that of either side. */
async function configuredReports(repository: Repository): Promise<readonly string[]> {
  const stages = ["", "2:", "3:"].map((stage) => `:${stage}${CONFIGURATION_PATH}`);
  const blobs = await readBlobs(repository, stages);
  const directories = await Promise.all(
    blobs.map(async (blob) => {
      const configuration = blob ? await readCached(repository, blob.id) : null;
      return configuration?.ok ? reportsDirectories(configuration.value) : [];
    }),
  );
  return directories.flat();
}

function unmergedProblem(path: string): Problem {
  return problem("unmerged-inputs", `${path} is unmerged.`, {
    path,
    hint: `Resolve the conflict, then:  git add -- ${shellWord(path)},  or, where it is to go:  git rm -- ${shellWord(path)}`,
  });
}
