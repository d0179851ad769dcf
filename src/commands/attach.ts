import { findElsewhere } from "../judgement/facts.ts";
import type { Outcome } from "../outcome.ts";
import { problem } from "../problem.ts";
import type { RunRequest } from "../recording/request.ts";
import { refused, reuseEvidence, type Settled } from "../recording/reuse.ts";
import { settleIndexSuites } from "../recording/settle-index.ts";
import { withLock } from "../recording/with-lock.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { noConfiguration } from "./run.ts";
import { outcomesDocument, type RunDocument, refusedDocument } from "./run-document.ts";
import { surroundingsOf, waitingOf } from "./surroundings.ts";

/** Puts the evidence that exists for the index into it, also in the middle of a merge. Runs nothing. */
export async function attach(context: Context): Promise<Outcome<RunDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refusedDocument([opened.error]);
  const worktree = opened.value;
  const settled = await withLock(worktree, "gate attach", waitingOf(context), () =>
    settleIndexSuites(worktree, surroundingsOf(context), null, attachExisting),
  );
  if (!settled.ok) return refusedDocument([settled.error]);
  if (!settled.value.ok) return refusedDocument(settled.value.error);
  const { outcomes } = settled.value.value;
  return outcomes.length === 0 ? refusedDocument([noConfiguration()]) : outcomesDocument(outcomes);
}

async function attachExisting({ worktree, judged }: RunRequest): Promise<Settled> {
  const { suite, inputs, staleness, problems } = judged;
  if (problems.length > 0) return { outcome: refused(suite.name, problems), attached: null };
  if (staleness === null)
    return { outcome: { kind: "fresh", suite: suite.name, warnings: [] }, attached: null };
  const place = await findElsewhere(worktree, suite, inputs.fingerprint);
  if (place !== null) return reuseEvidence(worktree, judged, place);
  const message = `there is no evidence for these inputs of ${suite.name} here.`;
  const missing = problem("missing-evidence", message, { suite: suite.name, hint: "Next: gate run" });
  return { outcome: refused(suite.name, [missing]), attached: null };
}
