import { basename, join } from "node:path";
import { listDirectory, readIfThere } from "../adapters/files/files.ts";
import { readKernelFile } from "../adapters/files/kernel.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { shellWord } from "../shell-word.ts";

/**
 * Reports with unstaged edits that the pre-commit framework has set aside for the time its hooks run. Were
 * these reports written now, the framework could not put the edits back: they would survive in its patch
 * file alone. It names that file `patch<time>-<its process id>`.
 */
export async function stashedReportEdits(
  environment: Readonly<Record<string, string>>,
  suite: Suite,
): Promise<Problem[]> {
  if (environment.PRE_COMMIT !== "1") return [];
  const cache = cacheDirectory(environment);
  const names = cache === null ? [] : await listDirectory(cache);
  const framework = new Set(ancestors(process.pid));
  const patches = names.filter((name) => framework.has(Number(/^patch\d+-(\d+)$/.exec(name)?.[1])));
  const paths: string[] = [];
  for (const name of patches)
    paths.push(...patchedFiles(await readIfThere(join(cache ?? "", basename(name)))));
  return paths
    .filter((path) => path.startsWith(`${suite.reports}/`))
    .map((path) => stashed(path, suite.name));
}

function stashed(path: string, suite: string): Problem {
  return problem(
    "reports-edited",
    `${path} has unstaged edits of yours, which the pre-commit framework holds back.`,
    {
      path,
      suite,
      hint: `Keep them elsewhere or drop them:  git checkout -- ${shellWord(path)}`,
    },
  );
}

function cacheDirectory({
  PRE_COMMIT_HOME,
  XDG_CACHE_HOME,
  HOME,
}: Readonly<Record<string, string>>): string | null {
  if (PRE_COMMIT_HOME) return PRE_COMMIT_HOME;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "pre-commit");
  return HOME ? join(HOME, ".cache/pre-commit") : null;
}

function ancestors(pid: number): number[] {
  const found: number[] = [];
  for (let next = pid; next > 1 && !found.includes(next); ) {
    found.push(next);
    const stat = readKernelFile(`/proc/${next}/stat`)?.toString("latin1") ?? "";
    next = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
  }
  return found;
}

function patchedFiles(patch: Buffer | null): string[] {
  const lines = patch?.toString("utf8").split("\n") ?? [];
  return lines.flatMap((line) => /^(?:---|\+\+\+) [ab]\/(.+?)\t?$/.exec(line)?.[1] ?? []).filter(unique);
}

function unique<Item>(item: Item, index: number, all: readonly Item[]): boolean {
  return all.indexOf(item) === index;
}
