import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { listTree } from "../adapters/git/trees.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";
import { isLockFile, lockedVersions, versionDifferences } from "../suite/locked-versions.ts";
import type { RunEnvironment } from "../suite/observations.ts";
import type { RunRequest } from "./request.ts";

const LARGEST_LOCK = 32 << 20;
const AT_TOP_LEVEL = [":(top,glob)*.lock", ":(top,glob)requirements*.txt"];
const MOST_NAMED = 3;

/** Says where the tests ran with other versions than the lock files of the judged tree have. */
export async function environmentDrift(
  { worktree, tree, judged: { suite } }: Pick<RunRequest, "worktree" | "tree" | "judged">,
  inputs: readonly string[],
  { distributions }: RunEnvironment,
): Promise<readonly Problem[]> {
  const pathspecs = [...AT_TOP_LEVEL, ...inputs.filter(isLockFile).map(exactly)];
  const locks = (await listTree(worktree, tree, pathspecs)).filter(
    ({ path, mode }) => isLockFile(path) && mode.startsWith("100"),
  );
  const contents = await readSmallBlobs(
    worktree,
    locks.map(({ id }) => id),
    LARGEST_LOCK,
  );
  return locks.flatMap(({ path }, index) => {
    const locked = lockedVersions(path, contents[index]?.toString("utf8") ?? "");
    const [first, ...others] = versionDifferences(distributions, locked);
    if (first === undefined) return [];
    const named = [first, ...others.slice(0, MOST_NAMED - 1)].map(
      ({ name, installed, locked: versions }) => `${name} ${installed} (locked: ${versions.join(" or ")})`,
    );
    const more = others.length >= MOST_NAMED ? ` and ${others.length + 1 - MOST_NAMED} more` : "";
    const message = `the tests ran with other versions than ${path} has: ${named.join(", ")}${more}.`;
    return [warning("environment-differs", message, { suite: suite.name, path, hint: hintFor(path) })];
  });
}

function hintFor(path: string): string {
  if (path.endsWith("uv.lock")) return "uv sync --locked, or have run: start with  uv run --locked";
  if (path.endsWith("poetry.lock")) return "poetry sync";
  if (path.endsWith("pdm.lock")) return "pdm sync";
  return `pip install -r ${path}`;
}
