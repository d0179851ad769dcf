import { join } from "node:path";
import { existingRealPath } from "../adapters/files/editing.ts";
import { fileStamp } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { type Problem, problem } from "../problem.ts";
import type { LoadedModule } from "../protocol.ts";
import { ownModules } from "../suite/own-modules.ts";

const MOST_NAMED = 5;
const EXTENSION = /\.(?:so|pyd)$/;
const COMPILED_FROM = ["py", "pyx", "c", "cc", "cpp", "cxx", "cu"];

/**
 * Modules that the repository holds and that were loaded from somewhere else, or from an extension that is
 * older than its source: then other sources than the judged ones were tested.
 */
export async function foreignModules(
  worktree: Worktree,
  suite: string,
  inputs: readonly string[],
  loaded: readonly LoadedModule[],
): Promise<readonly Problem[]> {
  if (loaded.length === 0) return [];
  const root = await existingRealPath(worktree.topLevel);
  const checkout = { root, own: ownModules(inputs), tracked: new Set(inputs) };
  const inOrder = loaded.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const judged = await Promise.all(inOrder.map((one) => judgeModule(suite, checkout, one)));
  const found = judged.filter((one) => one !== null);
  return found.length <= MOST_NAMED ? found : [...found.slice(0, MOST_NAMED), andMore(suite, found.length)];
}

interface Checkout {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly own: ReadonlyMap<string, string>;
  readonly tracked: ReadonlySet<string>;
}

async function judgeModule(
  suite: string,
  { root, own, tracked }: Checkout,
  { name, path }: LoadedModule,
): Promise<Problem | null> {
  const inside = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
  if (inside !== null && tracked.has(inside)) return null;
  const newer = inside === null ? null : await newerSource(root, inside, tracked);
  if (newer !== null) return staleExtension(suite, name, inside ?? path, newer);
  const source = own.get(name);
  return source === undefined || isBuiltBeside(inside, source)
    ? null
    : loadedElsewhere(suite, name, inside ?? path, source);
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

function loadedElsewhere(suite: string, name: string, path: string, source: string): Problem {
  const message = `the tests loaded ${name} from ${path}, not from ${source}: other sources were tested.`;
  const hint = /(?:site|dist)-packages\//.test(path)
    ? "A copy of the package is installed. Install this checkout instead:  pip install -e .  (or uv sync), then run again."
    : "The environment points to another checkout. In this one:  pip install -e .  (or uv sync), then run again.";
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
