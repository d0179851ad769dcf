import { join } from "node:path";
import { withScratchDirectory } from "../adapters/files/editing.ts";
import { makeDirectory, writeAtomically } from "../adapters/files/files.ts";
import { explainIgnored, type IgnoreAnswer } from "../adapters/git/ignore.ts";
import { loneRepository } from "../adapters/git/lone.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { IgnoreFiles } from "./mend.ts";

/** What git is asked of a set of ignore files that need not exist anywhere. */
export interface Trial {
  readonly files: IgnoreFiles;
  /** One that ends in a slash is a directory. */
  readonly paths: readonly string[];
}

/**
 * What git says of each trial's paths, by its ignore files alone. Each gets a folder of its own, because rules hold
 * below their file and nowhere else: so one process of git answers all of them. Directories are made, since git
 * takes a path that is not there for a file.
 */
export function tryRules(
  repository: Repository,
  trials: readonly Trial[],
): Promise<readonly (readonly IgnoreAnswer[])[]> {
  return withLoneRepository(repository, async (lone) => {
    const asked = trials.map(({ paths }, index) => paths.map((path) => `${folderOf(index, path)}${path}`));
    for (const [index, { files }] of trials.entries()) {
      for (const folder of new Set(asked[index]?.map((path) => path.slice(0, path.indexOf("/") + 1)))) {
        for (const [path, text] of files) await writeAtomically(join(lone.directory, folder, path), text);
      }
    }
    const all = asked.flat();
    for (const path of all.filter(isDirectory)) await makeDirectory(join(lone.directory, path));
    const plain = all.map((path) => (isDirectory(path) ? path.slice(0, -1) : path));
    const answers = await explainIgnored(lone, plain, { worktree: lone.directory });
    let at = 0;
    return trials.map(({ paths }) => {
      const own = answers.slice(at, at + paths.length);
      at += paths.length;
      return own.map((answer, which) => asOfTrial(answer, paths[which] ?? ""));
    });
  });
}

const isDirectory = (path: string) => path.endsWith("/");

/** Files and directories apart: a name may be both. */
const folderOf = (index: number, path: string) => `${isDirectory(path) ? "d" : "f"}${index}/`;

/** Nobody's settings hold in it, and it is gone when `use` has ended. */
export function withLoneRepository<T>(
  repository: Repository,
  use: (lone: Repository) => Promise<T>,
): Promise<T> {
  return withScratchDirectory(async (directory) => use(await loneRepository(repository, directory)));
}

function asOfTrial({ rule, ignored }: IgnoreAnswer, path: string): IgnoreAnswer {
  const placed = rule === null ? null : { ...rule, file: rule.file.slice(rule.file.indexOf("/") + 1) };
  return { path, rule: placed, ignored };
}
