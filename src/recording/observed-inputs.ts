import { fileStamp } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { placeBelow } from "../adapters/git/paths.ts";
import type { Repository, Worktree } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, EVERYTHING, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { covers } from "../suite/glob-cover.ts";
import { type Reads, testsReading } from "../suite/reads.ts";
import { pinnedPaths } from "./pinned-files.ts";

/** What a run read of the repository, against what gate.yaml declares. Paths in byte order. */
export interface ObservedInputs {
  /** Tracked, read, and not among the inputs. */
  readonly undeclared: readonly string[];
  /** Read and not tracked: no commit says what was in them. */
  readonly untracked: readonly string[];
  /** Inputs that nothing was seen to read. */
  readonly unread: readonly string[];
}

/** Each path as a pathspec of its own costs git more than a listing of everything. */
const MOST_PATHSPECS = 200;
const MOST_NAMED = 10;
/** What installing the project leaves beside it: made of what is tracked. */
const MADE_BY_INSTALLERS = /\.(?:egg|dist)-info\//;

interface Judged {
  readonly repository: Repository;
  readonly tree: TreeId;
  readonly suite: Suite;
  readonly reportsDirectories: readonly string[];
  /** null where nobody has a home directory. */
  readonly home: string | null;
}

/**
 * Sorts what was read. Reports are no inputs by definition, and gate.yaml is judged by what it says. Pin files are
 * read by gate, and what they name is bound to them.
 */
export async function compareWithInputs(
  { repository, tree, suite, reportsDirectories, home }: Judged,
  inputs: ReadonlySet<string>,
  read: ReadonlySet<string>,
): Promise<ObservedInputs> {
  const isReport = (path: string) => reportsDirectories.some((directory) => path.startsWith(`${directory}/`));
  const others = [...read].filter(
    (path) => !inputs.has(path) && path !== CONFIGURATION_PATH && !isReport(path),
  );
  // Names that are no text come in quotes, and no pathspec is of bytes.
  const isNameable = others.length <= MOST_PATHSPECS && !others.some((path) => path.startsWith('"'));
  const pathspecs = isNameable ? others.map(exactly) : [EVERYTHING];
  const entries = others.length === 0 ? [] : await listTree(repository, tree, pathspecs);
  const tracked = new Set(entries.map(({ path }) => path));
  const pinned = await pinnedPaths(repository, tree, suite, home);
  const isKnown = (path: string) => tracked.has(path) || pinned.has(path) || MADE_BY_INSTALLERS.test(path);
  return {
    undeclared: others.filter((path) => tracked.has(path)).toSorted(),
    untracked: others.filter((path) => !isKnown(path)).toSorted(),
    unread: [...inputs].filter((path) => !read.has(path) && !suite.pins.includes(path)).toSorted(),
  };
}

/** Warnings, or the refusal that `undeclared-inputs: error` asks for. */
export function undeclaredInputs(
  suite: Suite,
  { undeclared }: ObservedInputs,
  reads: Reads,
): readonly Problem[] {
  const say = suite.undeclaredInputs === "error" ? problem : warning;
  const about = { suite: suite.name };
  const named = undeclared.slice(0, MOST_NAMED).map((path) => {
    const [exclude] = excludesOf(suite, path);
    const why = exclude === undefined ? "inputs: does not name" : `${exclude} keeps out of the inputs`;
    const message = `the run read ${path}, which ${why}${readBy(reads, path)}.`;
    const hint =
      exclude === undefined
        ? `Add ${JSON.stringify(path)} to inputs:, or see  gate status --inputs`
        : `Let ${JSON.stringify(exclude)} leave out less: an exclude wins over every other pattern of inputs:.`;
    return say("undeclared-input", message, { ...about, path, hint });
  });
  const more = undeclared.length - named.length;
  if (more <= 0) return named;
  const rest = `the run read ${more} more tracked files that inputs: does not name.`;
  return [...named, say("undeclared-input", rest, { ...about, hint: "gate status --inputs" })];
}

/** The excludes of a suite that plainly keep a path out, as they stand in gate.yaml. */
export function excludesOf({ inputs }: Pick<Suite, "inputs">, path: string): readonly string[] {
  return inputs.filter(({ exclude, glob }) => exclude && covers(glob, path)).map(({ glob }) => `!${glob}`);
}

function readBy(reads: Reads, path: string): string {
  const count = testsReading(reads, path) ?? 0;
  const of = reads.byTest.size;
  return of === 0 ? "" : ` (${count} of ${of} ${of === 1 ? "test" : "tests"})`;
}

/** What a run made itself before it read it is nobody's input. */
export async function olderThan(
  { topLevel }: Pick<Worktree, "topLevel">,
  paths: readonly string[],
  started: Date,
): Promise<readonly string[]> {
  const stamps = await Promise.all(paths.map((path) => fileStamp(placeBelow(topLevel, path))));
  return paths.filter((_, index) => {
    const stamp = stamps[index] ?? null;
    return stamp !== null && stamp.modifiedMs < started.getTime();
  });
}

export async function untrackedInputs(
  worktree: Worktree,
  suite: Suite,
  untracked: readonly string[],
  started: Date,
): Promise<readonly Problem[]> {
  const older = await olderThan(worktree, untracked, started);
  return older.slice(0, MOST_NAMED).map((path) =>
    warning(
      "undeclared-input",
      `the run read ${path}, which git does not track: no commit says what was in it.`,
      {
        suite: suite.name,
        path,
        hint: "Track it; pin it (pins: in gate.yaml), where it is too large; or let the suite do without it.",
      },
    ),
  );
}
