import { withScratchDirectory } from "../adapters/files/editing.ts";
import type { CommitHeader } from "../adapters/git/commit-header.ts";
import { commitHeader, isShallow, mergeBase } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { type MergedTree, mergeCommits } from "../adapters/git/merge.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import { CONFIGURATION_PATH, EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { type JudgedTree, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import type { NamedCommit } from "./subject.ts";

export interface Sides {
  readonly head: CommitHeader;
  readonly base: NamedCommit;
}

/** How base and head come together. */
export type Merge =
  /** The base has the head already. */
  | { readonly kind: "contained" }
  /** The head has all of the base, or both are the same. */
  | { readonly kind: "nothing" }
  /** A warning where this clone or this git cannot know better, an error else. */
  | { readonly kind: "unknown"; readonly problem: Problem }
  /** `merged` has markers where they conflict; null where what says the policy may have them. */
  | { readonly kind: "conflict"; readonly paths: readonly string[]; readonly merged: MergedTree | null }
  | MergedCommits;

export interface MergedCommits {
  readonly kind: "merged";
  readonly merged: MergedTree;
  readonly judged: JudgedTree;
  readonly common: TreeId;
}

/** Merges head into base, without a working tree and without a trace; what `use` is given is gone after it. */
export async function withMerge<T>(
  repository: Repository,
  { head, base }: Sides,
  use: (merge: Merge) => Promise<T>,
): Promise<T> {
  // such as a first commit that was amended: whatever the history is, nothing becomes another
  if (head.tree === base.tree) return use({ kind: "nothing" });
  const parted = await mergeBase(repository, base.id, head.id);
  if (parted === head.id) return use({ kind: "contained" });
  if (parted === base.id) return use({ kind: "nothing" });
  const common = parted === null ? null : await commitHeader(repository, parted);
  if (common === null) return use(unknown(await unrelated(repository, base.name)));
  return withScratchDirectory(async (scratch) => {
    const merged = await mergeCommits(repository, base.id, head.id, scratch);
    return use(merged === null ? unknown(tooOld(base.name)) : await mergeOf(merged, common.tree, base.name));
  });
}

async function mergeOf(merged: MergedTree, common: TreeId, base: string): Promise<Merge> {
  if (merged.conflicts.includes(CONFIGURATION_PATH)) {
    return { kind: "conflict", paths: [CONFIGURATION_PATH], merged: null };
  }
  const judged = await judgeTree(merged.repository, merged.tree);
  if (!judged.ok) return unknown(unreadable(base, judged.error));
  if (judged.value === null) return unknown(ungated(base));
  const directories = reportsDirectories(judged.value.configuration);
  const isReport = (path: string) => directories.some((directory) => path.startsWith(`${directory}/`));
  const paths = merged.conflicts.filter((path) => !isReport(path));
  if (paths.length === 0) return { kind: "merged", merged, judged: judged.value, common };
  const isPolicy = paths.some((path) => saysPolicy(path, judged.value?.configuration.signing ?? null));
  return { kind: "conflict", paths, merged: isPolicy ? null : merged };
}

function saysPolicy(path: string, signing: Signing | null): boolean {
  const files = [signing?.allowedSigners, signing?.revokedKeys];
  return files.includes(path) || path.startsWith(`${EXCEPTIONS_DIRECTORY}/`);
}

function unknown(why: Problem): Merge {
  return { kind: "unknown", problem: why };
}

const notJudged = (base: string) => `what would land in ${base} was not judged`;

/** A shallow clone does not know where the two parted; in a whole one they have nothing in common. */
async function unrelated(repository: Repository, base: string): Promise<Problem> {
  if (await isShallow(repository)) {
    const message = `${notJudged(base)}: the history here does not reach the common ancestor.`;
    return warning("objects-missing", message, { hint: "Get the history:  git fetch --unshallow" });
  }
  return problem("unmerged-inputs", `${notJudged(base)}: this commit has no history in common with it.`, {
    hint: `Make the change on top of it:  git rebase --root --onto ${base}`,
  });
}

function tooOld(base: string): Problem {
  const message = `${notJudged(base)}: git 2.38 or later is needed for that.`;
  return warning("objects-missing", message, { hint: "Judge it with git 2.38 or later." });
}

function unreadable(base: string, [first]: readonly Problem[]): Problem {
  const why = first === undefined ? "it is not valid" : first.message.replace(/\.$/, "");
  const message = `merged into ${base}, ${CONFIGURATION_PATH} cannot be read: ${why}.`;
  const details = { path: CONFIGURATION_PATH, line: first?.line ?? null, column: first?.column ?? null };
  return problem("config-invalid", message, { ...details, hint: `git merge ${base}, and mend it there.` });
}

function ungated(base: string): Problem {
  const message = `merged into ${base}, there is no ${CONFIGURATION_PATH}: nothing would be gated any more.`;
  return problem("config-missing", message, {
    path: CONFIGURATION_PATH,
    hint: `git merge ${base}, and decide there whether it is to go.`,
  });
}
