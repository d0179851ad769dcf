import { posix } from "node:path";
import { fileErrorCode, writeAtomically } from "../adapters/files/files.ts";
import { explainIgnored, ignoredAmong } from "../adapters/git/ignore.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { lostProblem, lostReports, samplesOf } from "../ignore/lost-reports.ts";
import { type IgnoreFiles, mendIgnores } from "../ignore/mend.ts";
import { withLoneRepository } from "../ignore/trials.ts";
import { type Problem, problem } from "../problem.ts";
import type { WrittenReports } from "../reports/reports-place.ts";

interface Asked {
  /** What each suite writes. */
  readonly written: readonly WrittenReports[];
  /** Paths that the rules may keep out. */
  readonly possible: readonly string[];
}

/** The reports that git keeps out by these ignore files and nobody's besides, and the lines that would let them in. */
export function lostByRules(
  repository: Repository,
  files: IgnoreFiles,
  { written, possible }: Asked,
): Promise<readonly Problem[]> {
  return withLoneRepository(repository, async (lone) => {
    if (!(await laidOut(lone.directory, files))) return [notLaidOut()];
    const ignored = await ignoredAmong(lone, possible);
    const kept = written.map((one) => ({ ...one, paths: ignored.filter(isIn(one.directory)) }));
    const lost = lostReports(kept, await explainIgnored(lone, ignored));
    if (lost.length === 0) return [];
    const added = await addedLines(lone, files, kept, samplesOf(lost));
    return lost.map((one) => lostProblem(one, added));
  });
}

const isIn = (directory: string) => (path: string) => path.startsWith(`${directory}/`);

/** A tree that git itself would not check out may name a file and a directory alike. */
async function laidOut(directory: string, files: IgnoreFiles): Promise<boolean> {
  try {
    for (const [path, text] of files) await writeAtomically(posix.join(directory, path), text);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    return false;
  }
}

async function addedLines(
  repository: Repository,
  files: IgnoreFiles,
  written: readonly WrittenReports[],
  lost: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const added = new Map<string, readonly string[]>();
  for (const { directory } of written) {
    const paths = lost.filter(isIn(directory));
    const mend = await mendIgnores(repository, files, { directory, paths });
    for (const [file, lines] of mend.added) added.set(file, [...(added.get(file) ?? []), ...lines]);
  }
  return added;
}

function notLaidOut(): Problem {
  const message =
    "the .gitignore files of this commit cannot lie side by side on a disk, so they were not judged.";
  return problem("ignored-report", message, { hint: "See what git says of it:  git fsck" });
}
