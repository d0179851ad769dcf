import { posix } from "node:path";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import {
  CONFIGURATION_PATH,
  EVERYTHING,
  EXCEPTIONS_DIRECTORY,
  exactly,
  leavingOut,
  without,
} from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";

/** What makes a program, a prompt or a grammar. Documents and pictures are not among them. */
const SOURCE_LIKE = new Set(
  (
    "c cc cpp cxx h hh hpp hxx cu cuh metal cl py pyx pyi rs go js mjs cjs ts mts cts jsx tsx java kt kts scala " +
    "swift rb php lua jl r cs fs ml hs ex exs erl clj zig nim sh bash zsh ps1 sql proto gbnf lark ebnf peg g4 " +
    "grammar jinja jinja2 j2 prompt tmpl mustache"
  ).split(" "),
);
const MOST_NAMED = 3;

/**
 * Source-like files beside the inputs that no pattern includes or excludes: where the inputs say `src/**\/*.py`,
 * a `.cpp` below `src/` is seen by nobody. A warning for each suite and kind of file.
 */
export async function unclaimedProblems(
  repository: Repository,
  tree: TreeId,
  suites: readonly Suite[],
): Promise<Problem[]> {
  const found = await Promise.all(suites.map((suite) => unclaimedBy(repository, tree, suite, suites)));
  return found.flat();
}

async function unclaimedBy(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  suites: readonly Suite[],
): Promise<Problem[]> {
  const roots = rootsOf(suite);
  if (roots.length === 0) return [];
  const claimed = suites.flatMap(({ inputs, pins }) => [
    ...inputs.flatMap(({ glob }) => leavingOut(glob)),
    ...pins.map(without),
  ]);
  const reports = suites.map(({ reports: directory }) => without(directory));
  const pathspecs = [...roots, ...claimed, ...reports, without(EXCEPTIONS_DIRECTORY)];
  const entries = await listTree(repository, tree, pathspecs);
  const byKind = new Map<string, string[]>();
  for (const { path } of entries) {
    const extension = posix.extname(path).slice(1).toLowerCase();
    if (SOURCE_LIKE.has(extension)) byKind.set(extension, [...(byKind.get(extension) ?? []), path]);
  }
  return [...byKind].map(([extension, paths]) => unclaimed(suite, extension, paths));
}

/** The directories that patterns with a wildcard look into: files of one kind are inputs there, the others not. */
function rootsOf({ inputs }: Suite): readonly string[] {
  const prefixes = inputs
    .filter(({ glob, exclude }) => !exclude && /[*?[]/.test(glob))
    .map(({ glob }) => posix.dirname(`${glob.slice(0, glob.search(/[*?[]/))}x`));
  return [...new Set(prefixes)].map((prefix) => (prefix === "." ? EVERYTHING : exactly(prefix)));
}

function unclaimed(suite: Suite, extension: string, paths: readonly string[]): Problem {
  const named = paths.slice(0, MOST_NAMED).join(", ");
  const rest = paths.length > MOST_NAMED ? `, and ${paths.length - MOST_NAMED} more` : "";
  const are = paths.length === 1 ? "file beside the inputs is" : "files beside the inputs are";
  const message = `${paths.length} .${extension} ${are} neither included nor excluded by ${suite.name}: ${named}${rest}.`;
  return warning("inputs-unclaimed", message, {
    path: CONFIGURATION_PATH,
    line: suite.inputs[0]?.line ?? null,
    suite: suite.name,
    hint: `Add them under inputs:, or say that they do not matter:  "!**/*.${extension}"`,
  });
}
