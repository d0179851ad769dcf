import { join } from "node:path";
import { existingRealPath } from "../adapters/files/editing.ts";
import { fileStamp, kindOf } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import { EVERYTHING, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import type { LoadedModule } from "../protocol.ts";
import { shellWord } from "../shell-word.ts";
import { ownModules } from "../suite/own-modules.ts";
import { madeByRun } from "./made-by-run.ts";

const MOST_NAMED = 5;
const EXTENSION = /\.(?:so|pyd)$/;
const COMPILED_FROM = ["py", "pyx", "c", "cc", "cpp", "cxx", "cu"];

const INSTALLED = /\/(?:site|dist)-packages\//;
/** Each path as a pathspec of its own costs git more than a listing of everything. */
const MOST_PATHSPECS = 200;

export interface FinishedRun {
  readonly worktree: Worktree;
  readonly tree: TreeId;
  /** The suite's name. */
  readonly suite: string;
  readonly started: Date;
}

/**
 * Modules that the repository holds and that were loaded from somewhere else, or from an extension that is
 * older than its source: then other sources than the judged ones were tested.
 */
export async function foreignModules(
  run: FinishedRun,
  inputs: readonly string[],
  loaded: readonly LoadedModule[],
): Promise<readonly Problem[]> {
  if (loaded.length === 0) return [];
  const root = await existingRealPath(run.worktree.topLevel);
  const tracked = await trackedAmong(
    run,
    new Set(inputs),
    loaded.flatMap(({ path }) => below(root, path) ?? []),
  );
  const { suite, started } = run;
  const isMadeByRun = await madeByRun(started);
  const checkout = { suite, root, own: ownModules(inputs), tracked, isMadeByRun };
  const inOrder = loaded.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const judged = await Promise.all(inOrder.map((one) => judgeModule(checkout, one)));
  const found = judged.filter((one) => one !== null);
  return found.length <= MOST_NAMED ? found : [...found.slice(0, MOST_NAMED), andMore(suite, found.length)];
}

/** The inputs, and what else of the loaded files the tree has: that is for `undeclared-inputs` to judge. */
async function trackedAmong(
  { worktree, tree }: FinishedRun,
  inputs: ReadonlySet<string>,
  loaded: readonly string[],
): Promise<ReadonlySet<string>> {
  const others = loaded.filter((path) => !inputs.has(path));
  if (others.length === 0) return inputs;
  const pathspecs = others.length > MOST_PATHSPECS ? [EVERYTHING] : others.map(exactly);
  const entries = await listTree(worktree, tree, pathspecs);
  return new Set([...inputs, ...entries.map(({ path }) => path)]);
}

interface Checkout {
  readonly suite: string;
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly own: ReadonlyMap<string, string>;
  readonly tracked: ReadonlySet<string>;
  readonly isMadeByRun: (path: string) => Promise<boolean>;
}

async function judgeModule(checkout: Checkout, { name, path }: LoadedModule): Promise<Problem | null> {
  const { suite, root, own, tracked } = checkout;
  const inside = below(root, path);
  if (inside !== null && tracked.has(inside)) return null;
  const newer = inside === null ? null : await newerSource(root, inside, tracked);
  if (newer !== null) return staleExtension(suite, name, inside ?? path, newer);
  const source = own.get(name);
  if (source === undefined || isBuiltBeside(inside, source)) return null;
  // an installation may be there only for a run, and be made of anything
  if (!INSTALLED.test(path) && (await checkout.isMadeByRun(path))) return null;
  return loadedElsewhere(suite, { name, path: inside ?? path }, source, await projectOf(root, source));
}

/** Relative to the root; null for what is not below it. */
function below(root: string, path: string): string | null {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}

/** The nearest folder above a source that pip can install; empty at the top level, or where there is none. */
async function projectOf(root: string, source: string): Promise<string> {
  for (let folder = folderOf(source); folder !== ""; folder = folderOf(folder.slice(0, -1))) {
    for (const name of ["pyproject.toml", "setup.py", "setup.cfg"]) {
      if ((await kindOf(join(root, folder, name))) === "file") return folder.slice(0, -1);
    }
  }
  return "";
}

/** An extension that was compiled from the module's own source, next to it. */
function isBuiltBeside(inside: string | null, source: string): boolean {
  return inside !== null && EXTENSION.test(inside) && folderOf(inside) === folderOf(source);
}

/** The source of a compiled extension, where it was changed after that was built. */
async function newerSource(
  root: string,
  extension: string,
  tracked: ReadonlySet<string>,
): Promise<string | null> {
  if (!EXTENSION.test(extension)) return null;
  const stem = extension.slice(folderOf(extension).length).split(".")[0] ?? "";
  const sources = COMPILED_FROM.map((ending) => `${folderOf(extension)}${stem}.${ending}`);
  const built = await fileStamp(join(root, extension));
  for (const source of sources.filter((one) => tracked.has(one))) {
    const written = await fileStamp(join(root, source));
    if (built !== null && written !== null && written.modifiedMs > built.modifiedMs) return source;
  }
  return null;
}

/** With the slash at its end; empty at the top level. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function loadedElsewhere(
  suite: string,
  { name, path }: LoadedModule,
  source: string,
  project: string,
): Problem {
  const message = `the tests loaded ${name} from ${path}, not from ${source}: other sources were tested.`;
  const install =
    project === ""
      ? "pip install -e .  (or uv sync)"
      : `pip install -e ${shellWord(`./${project}`)}  (or uv sync there)`;
  const hint = INSTALLED.test(`/${path}`)
    ? `A copy of the package is installed. Install this checkout instead:  ${install}, then run again.`
    : `The environment points to another checkout. In this one:  ${install}, then run again.`;
  return problem("foreign-module", message, { suite, path: source, hint });
}

function staleExtension(suite: string, name: string, path: string, source: string): Problem {
  const message = `the tests loaded ${name} from ${path}, which is older than ${source}: other sources were tested.`;
  return problem("foreign-module", message, {
    suite,
    path: source,
    hint: "Compile it anew, then run again.",
  });
}

function andMore(suite: string, count: number): Problem {
  const message = `${count - MOST_NAMED} more modules of this repository were loaded from elsewhere.`;
  return problem("foreign-module", message, { suite });
}
