import { commitHeader, mergeBase } from "../adapters/git/history.ts";
import { committerName } from "../adapters/git/identity.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { findRevision } from "../adapters/git/revisions.ts";
import { signBytes } from "../evidence/signing-key.ts";
import { stageFiles } from "../evidence/stage-files.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { withLock } from "../recording/with-lock.ts";
import { canonicalJson } from "../reports/canonical-json.ts";
import { err, ok, type Result } from "../result.ts";
import { type Approval, approvalPath, serialiseApproval } from "../verify/approval-file.ts";
import { judgeApproval } from "../verify/approvals.ts";
import { timeText } from "../verify/canonical-document.ts";
import { APPROVALS, exceptionSignaturePath } from "../verify/exception-files.ts";
import { policyDocument } from "../verify/policy-document.ts";
import { blobsBelow } from "../verify/policy-files.ts";
import { judgePolicy } from "../verify/policy-problems.ts";
import { noCommit } from "../verify/subject.ts";
import { trustOf } from "../verify/trust.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { exitFor } from "./run-document.ts";
import { waitingOf } from "./surroundings.ts";

export interface ApproveOptions {
  /** The revision that the change goes into. */
  readonly base: string;
  readonly reason: string;
}

export interface ApproveDocument {
  readonly schema: "gate/approve@1";
  readonly ok: boolean;
  /** What was written and staged; null where nothing was. */
  readonly approval: (Approval & { readonly signer: string; readonly path: string }) | null;
  readonly problems: readonly Problem[];
}

type Written = ApproveDocument["approval"];

/** Signs that what is staged may relax the base's policy, and stages the approval. Nothing to approve is no error. */
export async function approveCommand(
  context: Context,
  options: ApproveOptions,
): Promise<Outcome<ApproveDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refused([opened.error]);
  if (options.reason.trim() === "") {
    const hint = 'Say it:  --reason "these tests moved to another repository"';
    return refused([problem("usage", "an approval needs a reason.", { hint })]);
  }
  const worktree = opened.value;
  const written = await withLock(worktree, "gate approve", waitingOf(context), () =>
    writeApproval(worktree, options, context.now()),
  );
  if (!written.ok) return refused([written.error]);
  if (!written.value.ok) return refused(written.value.error);
  const approval = written.value.value;
  return { exit: 0, document: { schema: "gate/approve@1", ok: true, approval, problems: [] } };
}

function refused(problems: readonly Problem[]): Outcome<ApproveDocument> {
  const document = { schema: "gate/approve@1", ok: false, approval: null, problems } as const;
  return { exit: exitFor(problems), document };
}

async function writeApproval(
  worktree: Worktree,
  { base, reason }: ApproveOptions,
  now: Date,
): Promise<Result<Written, readonly Problem[]>> {
  const [found, index] = [await baseTree(worktree, base), await treeOfIndex(worktree)];
  if (!found.ok) return err([found.error]);
  if (!index.ok) return index;
  const trust = await trustOf(worktree, found.value);
  if (!trust.ok) return err([trust.error]);
  const at = new Date(timeText(now));
  const question = { base: found.value, head: index.value, trust: trust.value, at };
  const policy = await judgePolicy(worktree, question);
  if (!policy.ok) return err([policy.error]);
  const weakens = (policy.value?.weakenings ?? []).filter(({ allowed }) => !allowed);
  if (policy.value === null || weakens.length === 0) return ok(null);
  const approval: Approval = {
    change: policy.value.change,
    weakens: weakens.map(({ message }) => message),
    reason: reason.trim(),
    by: (await committerName(worktree)) ?? "somebody unknown",
    at: timeText(at),
  };
  const bytes = Buffer.from(serialiseApproval(approval));
  const signature = await signBytes(worktree, "approval", bytes);
  if (!signature.ok) return err([signature.error]);
  const path = approvalPath(approval);
  const judged = await judgeApproval(worktree, question, approval, {
    path,
    bytes,
    signature: signature.value,
  });
  if (!judged.ok) return err([{ ...judged.error, hint: judged.error.hint ?? NOBODY_TRUSTED }]);
  const write = new Map([
    [path, bytes],
    [exceptionSignaturePath(path), signature.value],
  ]);
  const staged = await stageFiles(worktree, { write, remove: [] });
  return staged.ok ? ok({ ...approval, signer: judged.value.signer, path }) : err([staged.error]);
}

const NOBODY_TRUSTED = "Nothing was written. Let somebody approve it whom the base trusts.";

/** The base as it will be: one whose policy has moved on would have another change to approve. */
async function baseTree(worktree: Worktree, base: string): Promise<Result<TreeId, Problem>> {
  const [found, head] = await Promise.all([
    findRevision(worktree, base, { withParent: false }),
    commitHeader(worktree, "HEAD"),
  ]);
  if (found.kind === "absent") {
    const hint = "Name the branch that the change goes into:  --base origin/main";
    return err(problem("usage", `${base} is no commit in this repository.`, { hint }));
  }
  if (found.kind !== "commit") return err(noCommit(base, found));
  const { commit } = found;
  const parted = head === null ? null : await mergeBase(worktree, commit.id, head.id);
  if (parted === null || parted === commit.id) return ok(commit.tree);
  const common = await commitHeader(worktree, parted);
  if (common === null || (await samePolicy(worktree, common.tree, commit.tree))) return ok(commit.tree);
  return err(
    problem(
      "usage",
      `the policy of ${base} changed after this branch left it; what would land is not what is staged.`,
      {
        hint: `git merge ${base},  then approve`,
      },
    ),
  );
}

async function samePolicy(worktree: Worktree, left: TreeId, right: TreeId): Promise<boolean> {
  const [one, other] = await Promise.all(
    [left, right].map(async (tree) => {
      const configuration = await configurationOf(worktree, tree);
      if (!configuration.ok) return null;
      const document = await policyDocument(worktree, { tree, configuration: configuration.value });
      // what the base has used is part of the change that is approved
      return canonicalJson({
        ...document,
        used: Object.fromEntries(await blobsBelow(worktree, tree, APPROVALS.folder)),
      });
    }),
  );
  return one === other;
}
