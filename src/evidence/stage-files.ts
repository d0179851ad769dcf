import { dirname, join } from "node:path";
import { removeFile, writeAtomically } from "../adapters/files/files.ts";
import { refreshStats, stagedEntries, updateIndex } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { writeBlobs } from "../adapters/git/store.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { indexesToUpdate } from "./indexes.ts";
import { blockedDirectory } from "./refusals.ts";

/** Files that gate writes for a person to commit, by path from the top level. */
export interface FilesToStage {
  readonly write: ReadonlyMap<string, Uint8Array | string>;
  readonly remove: readonly string[];
}

/** Writes files and stages just these, as they are: no filter, no ignore rule, no other path. Read back from the index. */
export async function stageFiles(worktree: Worktree, files: FilesToStage): Promise<Result<null, Problem>> {
  const paths = [...files.write.keys()];
  for (const path of paths) {
    const blocked = await blockedDirectory(worktree, dirname(path));
    if (blocked !== null) return err(isInTheWay(blocked));
  }
  for (const [path, bytes] of files.write) await writeAtomically(join(worktree.topLevel, path), bytes);
  for (const path of files.remove) await removeFile(join(worktree.topLevel, path), worktree.topLevel);
  const blobs = await writeBlobs(
    worktree,
    paths.map((path) => join(worktree.topLevel, path)),
  );
  const add = paths.map((path, index) => ({ mode: "100644", id: blobs[index] ?? "", path }));
  for (const file of await indexesToUpdate(worktree)) {
    await updateIndex(worktree, { remove: files.remove, add }, { file });
  }
  await refreshStats(worktree, paths.map(exactly));
  const staged = await stagedEntries(worktree, [...paths, ...files.remove].map(exactly));
  const asWanted =
    staged.length === add.length && add.every((one) => staged.some((entry) => isSame(entry, one)));
  return asWanted ? ok(null) : err(notStaged(paths));
}

type Entry = { readonly mode: string; readonly id: string; readonly path: string };

const isSame = (left: Entry, right: Entry) =>
  left.mode === right.mode && left.id === right.id && left.path === right.path;

function isInTheWay(path: string): Problem {
  return problem("file-system", `${path} is not a directory; nothing is written through it.`, {
    path,
    hint: "Move it away, then try again.",
  });
}

function notStaged(paths: readonly string[]): Problem {
  return problem("tree-moved", `${paths.join(", ")} is not staged as it was written.`, {
    hint: `Another process may have changed the index meanwhile:  git add -- ${paths.map(shellWord).join(" ")}`,
  });
}
