import { dirname, join, relative } from "node:path";
import { existingRealPath } from "../adapters/files/editing.ts";
import { readIfThere } from "../adapters/files/files.ts";
import { type Problem, problem } from "../problem.ts";
import { type LoadedModule, PACKAGE_PREFIX } from "../protocol.ts";
import type { FinishedRun } from "./foreign-modules.ts";
import { madeByRun } from "./made-by-run.ts";
import { ownPackages } from "./own-packages.ts";

/**
 * Packages of the repository's own workspace of which a Node process read other files than this checkout has: those
 * of another checkout, to which node_modules leads, or of a copy that is installed. One file of each is named.
 */
export async function foreignPackages(
  { worktree, tree, suite, started }: FinishedRun,
  inputs: readonly string[],
  loaded: readonly LoadedModule[],
): Promise<readonly Problem[]> {
  const read = loaded.filter(({ name }) => name.startsWith(PACKAGE_PREFIX));
  if (read.length === 0) return [];
  const [root, own, isMadeByRun] = await Promise.all([
    existingRealPath(worktree.topLevel),
    ownPackages(worktree, tree, inputs),
    madeByRun(started),
  ]);
  const problems = new Map<string, Problem>();
  for (const { name: prefixed, path } of read) {
    const name = prefixed.slice(PACKAGE_PREFIX.length);
    const folder = own.get(name);
    if (folder === undefined || problems.has(name) || (await isMadeByRun(path))) continue;
    const inside = await placeInPackage(name, path);
    if (inside === null || (await isSame(path, join(root, folder, inside)))) continue;
    const from = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    problems.set(name, otherFile(suite, name, from, `${folder}${inside}`));
  }
  return [...problems.values()];
}

/** Relative to the folder whose package.json bears that name; null where there is none above it. */
async function placeInPackage(name: string, path: string): Promise<string | null> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readIfThere(join(folder, "package.json"));
    if (manifest !== null && nameIn(manifest) === name) return relative(folder, path);
  }
  return null;
}

function nameIn(manifest: Buffer): unknown {
  try {
    return JSON.parse(manifest.toString("utf8"))?.name;
  } catch {
    return null;
  }
}

/** Some installers link the files of a workspace one by one. */
async function isSame(path: string, own: string): Promise<boolean> {
  const [one, other] = await Promise.all([readIfThere(path), readIfThere(own)]);
  return one !== null && other !== null && one.equals(other);
}

function otherFile(suite: string, name: string, from: string, own: string): Problem {
  const message = `the tests loaded ${name} from ${from}, not from ${own}: other sources were tested.`;
  const hint = from.startsWith("/")
    ? "node_modules leads to another checkout. In this one:  npm install  (or what installs here), then run again."
    : "A copy of the package is installed: ask for the version that it has here, then:  npm install  (or what installs here), and run again.";
  return problem("foreign-module", message, { suite, path: own, hint });
}
