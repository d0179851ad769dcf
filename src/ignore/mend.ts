import { dirname, posix } from "node:path";
import { withScratchDirectory, writeEditable } from "../adapters/files/editing.ts";
import { explainIgnored, type IgnoreAnswer } from "../adapters/git/ignore.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { directoriesAbove } from "./directories-above.ts";
import { smallestNegations } from "./negations.ts";

/** The `.gitignore` files that matter, by path from the top level. */
export type IgnoreFiles = ReadonlyMap<string, string>;

/** One for each ignore file would do; git and the trial in memory may disagree about a rule. */
const MOST_ROUNDS = 10;

interface Mend {
  /** Lines to add at the end of each file. */
  readonly added: ReadonlyMap<string, readonly string[]>;
  /** What is still ignored then. */
  readonly unresolved: readonly IgnoreAnswer[];
}

interface WantedReports {
  readonly directory: string;
  readonly paths: readonly string[];
}

/**
 * The lines that keep reports from being ignored. Each round is judged by git itself, with all the rules of
 * the repository and of the user, in a directory that holds nothing but the changed ignore files.
 */
export async function mendIgnores(
  repository: Repository,
  files: IgnoreFiles,
  wanted: WantedReports,
): Promise<Mend> {
  let added: ReadonlyMap<string, readonly string[]> = new Map();
  for (let round = 1; ; round += 1) {
    const answers = await judge(repository, withLines(files, added), wanted.paths);
    const ignored = answers.filter((answer) => answer.ignored);
    const first = ignored[0];
    if (first === undefined) return { added, unresolved: [] };
    const file = fileToMend(first, files);
    const together = ignored.filter((answer) => fileToMend(answer, files) === file);
    const text = withLines(files, added).get(file) ?? "";
    const lines = linesFor(file, text, together, wanted.directory);
    const before = added.get(file) ?? [];
    const stuck = lines === null || lines.length === 0 || round > MOST_ROUNDS;
    if (stuck) return { added, unresolved: ignored };
    added = new Map([...added, [file, [...before, ...lines]]]);
  }
}

/** What git would say of the paths if these were the ignore files. */
export function judge(
  repository: Repository,
  files: IgnoreFiles,
  paths: readonly string[],
): Promise<readonly IgnoreAnswer[]> {
  return withScratchDirectory(async (worktree) => {
    for (const [path, after] of files) {
      await writeEditable(worktree, path, { before: null, after, executable: false });
    }
    return explainIgnored(repository, paths, { worktree });
  });
}

/** Every `.gitignore` that git reads on its way to the paths. */
export function ignoreFilesAbove(paths: readonly string[]): readonly string[] {
  return directoriesAbove(paths).map((directory) => posix.join(directory, ".gitignore"));
}

function withLines(files: IgnoreFiles, added: ReadonlyMap<string, readonly string[]>): IgnoreFiles {
  const changed = [...added].map(([file, lines]): [string, string] => {
    const text = files.get(file) ?? "";
    const separator = text === "" || text.endsWith("\n") ? "" : "\n";
    return [file, `${text}${separator}${lines.join("\n")}\n`];
  });
  return new Map([...files, ...changed]);
}

/** A rule of the repository's own is answered in its file; one from outside, at the top, which outranks it. */
function fileToMend({ rule }: IgnoreAnswer, files: IgnoreFiles): string {
  return rule !== null && files.has(rule.file) ? rule.file : ".gitignore";
}

function linesFor(
  file: string,
  text: string,
  ignored: readonly IgnoreAnswer[],
  directory: string,
): readonly string[] | null {
  const place = dirname(file) === "." ? "" : `${dirname(file)}/`;
  const outside = ignored.flatMap(({ rule }) => (rule === null || rule.file === file ? [] : [rule.pattern]));
  return smallestNegations({
    rules: [...new Set(outside), text].join("\n"),
    directory: `${directory}/`.startsWith(place) ? directory.slice(place.length) : "",
    paths: ignored.map(({ path }) => path.slice(place.length)),
  });
}
