import { join } from "node:path";
import { kindOf, readIfThere, stateOfFile } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import { type WorktreeDifference, worktreeDifferences } from "../adapters/git/worktree.ts";
import { CONFIGURATION_PATH, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";

export interface ConfigurationOnDisk {
  /** One where gate.yaml on disk is not the one that is judged. */
  readonly problems: readonly Problem[];
  /** By which the file can be known again while it is the one that is judged; null where it is not. */
  readonly state: string | null;
}

/** Whoever has edited gate.yaml takes it for what counts: gate reads the index, never the disk. */
export async function configurationOnDisk(worktree: Worktree, tree: TreeId): Promise<ConfigurationOnDisk> {
  const file = join(worktree.topLevel, CONFIGURATION_PATH);
  // Who edits it within the same tick of the clock is not told, once.
  const state = stateOfFile(file)?.state ?? null;
  if (await isStaged(worktree, tree, file)) return { problems: [], state };
  // Line ends and filters may differ: git knows.
  const { differences } = await worktreeDifferences(worktree, [exactly(CONFIGURATION_PATH)]);
  const [complaint] = differences.flatMap(({ kind }) => COMPLAINTS[kind] ?? []);
  if (complaint === undefined) return { problems: [], state };
  const { how, hint } = complaint;
  const message = `${CONFIGURATION_PATH} ${how}: gate judges what is staged.`;
  return {
    problems: [warning("worktree-differs", message, { path: CONFIGURATION_PATH, hint })],
    state: null,
  };
}

const EDITED = {
  how: "has unstaged changes",
  hint: `To have it judged:  git add ${CONFIGURATION_PATH}`,
};

/** Whoever told git not to look at the file is not told of it. */
const COMPLAINTS: Partial<Record<WorktreeDifference["kind"], typeof EDITED>> = {
  unstaged: EDITED,
  "partly-staged": EDITED,
  announced: { ...EDITED, how: "is only announced to git (git add -N)" },
  missing: { how: "is staged and not on disk", hint: `Put it back:  git checkout -- ${CONFIGURATION_PATH}` },
};

async function isStaged(worktree: Worktree, tree: TreeId, file: string): Promise<boolean> {
  if ((await kindOf(file)) !== "file") return false;
  const [[staged], onDisk] = await Promise.all([
    readBlobs(worktree, [`${tree}:${CONFIGURATION_PATH}`]),
    readIfThere(file),
  ]);
  return onDisk?.equals(staged?.bytes ?? Buffer.alloc(0)) === true;
}
