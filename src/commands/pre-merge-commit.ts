import type { Worktree } from "../adapters/git/repository.ts";
import { changesSinceEvidence } from "../judgement/changes.ts";
import { findElsewhere } from "../judgement/facts.ts";
import { type JudgedSuite, type JudgedTree, reportsDirectories } from "../judgement/judge.ts";
import type { Outcome } from "../outcome.ts";
import { problem } from "../problem.ts";
import { rememberSaid } from "../recording/judged-commit.ts";
import type { SuiteOutcome } from "../recording/outcomes.ts";
import { isFresh, judgeIndex } from "../recording/settle-index.ts";
import { attach } from "./attach.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { outcomesDocument, type RunDocument, refusedDocument } from "./run-document.ts";

/**
 * A clean automatic merge. git leaves out of the merge commit whatever this hook stages: so where evidence
 * can be attached it is, and the user is asked for `git commit`. A run that is due is left pending.
 */
export async function preMergeCommit(context: Context): Promise<Outcome<RunDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refusedDocument([opened.error]);
  const judged = await judgeIndex(opened.value);
  if (!judged.ok) return refusedDocument(judged.error);
  if (judged.value === null || isFresh(judged.value)) return outcomesDocument([]);
  const merged = judged.value;
  const stale = merged.suites.filter(({ staleness }) => staleness !== null);
  const places = await Promise.all(
    stale.map(({ suite, inputs }) => findElsewhere(opened.value, suite, inputs.fingerprint)),
  );
  if (places.every((place) => place === null)) {
    await rememberSaid(opened.value, merged.tree);
    return outcomesDocument(await Promise.all(stale.map((one) => pendingMerge(opened.value, merged, one))));
  }
  const attached = await attach(context);
  const reused = attached.document.suites.filter(({ kind }) => kind === "reused").map(({ suite }) => suite);
  if (reused.length === 0) return attached;
  const finish = problem(
    "tree-moved",
    `attached the evidence of ${reused.join(", ")} to the merge, which git would leave out.`,
    {
      hint: "Finish the merge:  git commit",
    },
  );
  const { suites } = attached.document;
  return { exit: 1, document: { schema: "gate/run@1", ok: false, suites, problems: [finish] } };
}

async function pendingMerge(
  worktree: Worktree,
  { tree, configuration }: JudgedTree,
  one: JudgedSuite,
): Promise<SuiteOutcome> {
  const directories = reportsDirectories(configuration);
  const { changes } = await changesSinceEvidence(worktree, tree, "HEAD", one, directories);
  const reason = { because: "merge" } as const;
  return { kind: "pending", suite: one.suite.name, reason, changes, staleSince: null };
}
