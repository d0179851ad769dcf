import { readEditable } from "../adapters/files/editing.ts";
import { stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { untrackedFiles } from "../adapters/git/worktree.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { inspectHooks } from "./installation.ts";
import { wiringIn } from "./wiring.ts";
import { readerFor, WIRING_PATHSPECS } from "./wiring-places.ts";

/** Whether anything calls gate at a commit: what the working tree brings to every clone, and what this clone has. */
export interface Wiring {
  /** How this repository uses git's hooks, for people. */
  readonly way: string;
  readonly problems: readonly Problem[];
}

export async function wiringOnDisk(worktree: Worktree, shims: string): Promise<Wiring> {
  const [shared, { way, problems: own }] = await Promise.all([
    wiringIn(await hookFiles(worktree), "this working tree"),
    inspectHooks(worktree, shims),
  ]);
  const wiredForAll = shared.every(({ code }) => code !== "not-wired");
  // A clone in CI has no hooks of its own, and needs none.
  const ofClone = own.map((one): Problem => (wiredForAll ? { ...one, severity: "warning" } : one));
  const said = hasErrors(ofClone) ? shared.filter(({ code }) => code !== "not-wired") : shared;
  return { way, problems: [...ofClone, ...said] };
}

/** Those that are tracked, and those that could be. */
async function hookFiles(worktree: Worktree): Promise<ReadonlyMap<string, string>> {
  const [staged, untracked] = await Promise.all([
    stagedEntries(worktree, WIRING_PATHSPECS),
    untrackedFiles(worktree, { ignored: false, pathspecs: WIRING_PATHSPECS }),
  ]);
  const texts = new Map<string, string>();
  for (const path of new Set([...staged.map((entry) => entry.path), ...untracked])) {
    const file = readerFor(path) === null ? null : await readEditable(worktree.topLevel, path);
    if (file?.ok && file.value.text !== null) texts.set(path, file.value.text);
  }
  return texts;
}
