import { findElsewhere } from "../judgement/facts.ts";
import type { Outcome } from "../outcome.ts";
import { problem } from "../problem.ts";
import { rememberSaid } from "../recording/judged-commit.ts";
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
  const stale = judged.value.suites.filter(({ staleness }) => staleness !== null);
  const places = await Promise.all(
    stale.map(({ suite, inputs }) => findElsewhere(opened.value, suite, inputs.fingerprint)),
  );
  if (places.every((place) => place === null)) {
    await rememberSaid(opened.value, judged.value.tree);
    return outcomesDocument(stale.map(({ suite }) => pendingMerge(suite.name)));
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

function pendingMerge(suite: string) {
  return { kind: "pending", suite, reason: { because: "merge" }, changes: [], staleSince: null } as const;
}
