import { watchCommit } from "../adapters/git/commit-watch.ts";
import { hasJournal } from "../evidence/journal.ts";
import { writeMemo } from "../judgement/write-memo.ts";
import type { Outcome } from "../outcome.ts";
import { forgetJudged, rememberJudged, rememberSaid } from "../recording/judged-commit.ts";
import { isFresh, judgeIndex, settleIndexSuites } from "../recording/settle-index.ts";
import { settleAtCommit } from "../recording/settle-suite.ts";
import { withLock } from "../recording/with-lock.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { outcomesDocument, type RunDocument, refusedDocument } from "./run-document.ts";
import { announceTo, surroundingsOf, waitingOf } from "./surroundings.ts";

/** The hook: decide, then skip, attach, run or say pending, for every suite in file order. */
export async function preCommit(context: Context): Promise<Outcome<RunDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refusedDocument([opened.error]);
  const worktree = opened.value;
  await forgetJudged(worktree);
  const judged = await judgeIndex(worktree);
  if (!judged.ok) return refusedDocument(judged.error);
  if (judged.value === null) return outcomesDocument([]);
  if (isFresh(judged.value) && !(await hasJournal(worktree))) {
    await writeMemo(worktree, judged.value, null);
    return outcomesDocument(
      judged.value.suites.map(({ suite }) => ({ kind: "fresh", suite: suite.name, warnings: [] })),
    );
  }
  const announce = announceTo(context);
  const commit = watchCommit();
  const watching = { ...waitingOf(context), abort: AbortSignal.any([context.abort, commit.gone]) };
  const settled = await withLock(worktree, "gate pre-commit", watching, (waited) =>
    settleIndexSuites(
      worktree,
      { ...surroundingsOf(context), abort: watching.abort },
      null,
      (request) => settleAtCommit(request, announce),
      waited ? null : judged.value,
    ),
  );
  commit.end();
  if (!settled.ok) return refusedDocument([settled.error]);
  if (!settled.value.ok) return refusedDocument(settled.value.error);
  const { outcomes, judged: now } = settled.value.value;
  const answer = outcomesDocument(outcomes);
  // A refused commit is none: what comes next, with --no-verify say, was not judged.
  if (now !== null && answer.exit === 0) await rememberJudged(worktree, now);
  if (now !== null && outcomes.some(({ kind }) => kind === "pending")) await rememberSaid(worktree, now.tree);
  return answer;
}
