import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Trust } from "../evidence/signature.ts";
import { CONFIGURATION_PATH, EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { type ApprovalFacts, findApproval } from "./approvals.ts";
import { type Weakening, weakening, weakenings } from "./policy.ts";
import { changeDigest } from "./policy-document.ts";
import { lostApprovals, newWaivers, signerWeakenings } from "./policy-files.ts";
import { narrowedInputs } from "./policy-inputs.ts";

export interface PolicyQuestion {
  readonly base: TreeId;
  readonly head: TreeId;
  /** Whom the base trusts. */
  readonly trust: Trust | null;
  readonly at: Date;
}

/** What a change does to the policy. */
export interface PolicyJudgement {
  readonly weakenings: readonly Weakening[];
  /** The base says that a weakening needs an approval. */
  readonly isProtected: boolean;
  /** What an approval of it has to name. */
  readonly change: string;
}

/** Says how the head relaxes the gate of the base: warnings, or errors where the base protects its policy. */
export async function policyProblems(repository: Repository, question: PolicyQuestion): Promise<Problem[]> {
  const judged = await judgePolicy(repository, question);
  if (!judged.ok) return [judged.error];
  if (judged.value === null) return [];
  const { weakenings: found, isProtected, change } = judged.value;
  const { approval, problems } = await findApproval(repository, { ...question, change });
  const refuses = isProtected && approval === null && found.some(({ allowed }) => !allowed);
  const place = await linesOf(repository, question.head, found);
  const complaints = found.map((one) => policyWeakened(one, place(one), refuses && !one.allowed, approval));
  // An approval that approves nothing does no harm where none is needed.
  const approvals = problems.map((one) => (refuses ? one : warning(one.code, one.message, one)));
  return [...complaints, ...approvals];
}

/** null: the policy is the base's, and nothing was brought that has to do with it. */
export async function judgePolicy(
  repository: Repository,
  question: PolicyQuestion,
): Promise<Result<PolicyJudgement | null, Problem>> {
  const { base, head } = question;
  const [before, after] = await Promise.all([
    configurationOf(repository, base),
    configurationOf(repository, head),
  ]);
  if (!before.ok) return err(unreadableBase(before.error));
  // Without a gate there is nothing to relax; a head that cannot be read is refused for that.
  if (before.value === null || !after.ok) return ok(null);
  if (await policyUntouched(repository, base, head, before.value)) return ok(null);
  const sides = {
    base: { tree: base, configuration: before.value },
    head: { tree: head, configuration: after.value },
  };
  const [found, change] = await Promise.all([
    findWeakenings(repository, question, before.value, after.value),
    changeDigest(repository, sides.base, sides.head),
  ]);
  return ok({ weakenings: found, isProtected: before.value.policy === "protected", change });
}

async function policyUntouched(
  repository: Repository,
  base: TreeId,
  head: TreeId,
  { signing }: Configuration,
): Promise<boolean> {
  const files = [CONFIGURATION_PATH, EXCEPTIONS_DIRECTORY, signing?.allowedSigners, signing?.revokedKeys];
  const paths = files.flatMap((path) => path ?? []);
  // As whatever judges these files reads them: what is there twice is there twice
  const [before, after] = await Promise.all([base, head].map((tree) => entriesAt(repository, tree, paths)));
  return JSON.stringify(before) === JSON.stringify(after);
}

async function findWeakenings(
  repository: Repository,
  { base, head, trust, at }: PolicyQuestion,
  before: Configuration,
  after: Configuration | null,
): Promise<readonly Weakening[]> {
  const exceptions = Promise.all([
    newWaivers(repository, base, head, { policy: before.waivers, trust, at }),
    lostApprovals(repository, base, head),
  ]);
  if (after === null) {
    const gone = weakening(`${CONFIGURATION_PATH} is gone: no suite has to have evidence any more.`);
    return [gone, ...(await exceptions).flat()];
  }
  const change = { base: { tree: base, configuration: before }, head: { tree: head, configuration: after } };
  const [inputs, signers, exempt] = await Promise.all([
    narrowedInputs(repository, change),
    signerWeakenings(repository, change),
    exceptions,
  ]);
  return [...weakenings(before, after), ...inputs, ...signers, ...exempt.flat()];
}

function unreadableBase(problems: readonly Problem[]): Problem {
  const [first] = problems;
  const why = first === undefined ? "" : ` (${first.message.replace(/\.$/, "")})`;
  return problem(
    "policy-weakened",
    `the base's ${CONFIGURATION_PATH} cannot be read${why}, so nobody can say whether this change relaxes it.`,
    {
      path: CONFIGURATION_PATH,
      hint: "Mend it in the base first, or judge the commit by itself: without --base.",
    },
  );
}

async function linesOf(
  repository: Repository,
  head: TreeId,
  found: readonly Weakening[],
): Promise<(one: Weakening) => number | null> {
  const unknown = found.some(({ line, keys }) => line === null && keys.length > 0);
  const [entry] = unknown ? await entriesAt(repository, head, [CONFIGURATION_PATH]) : [];
  const [blob] = entry === undefined ? [] : await readBlobs(repository, [entry.id]);
  if (!blob) return ({ line }) => line;
  const { lineOf } = await import("../config/positions.ts");
  return ({ line, keys }) => line ?? (keys.length === 0 ? null : lineOf(blob.bytes, keys));
}

function policyWeakened(
  { suite, message, path, allowed }: Weakening,
  line: number | null,
  refuses: boolean,
  approval: ApprovalFacts | null,
): Problem {
  const details = { path, line, suite };
  if (refuses) {
    const hint =
      "If it is meant, a signer whom the base trusts says so:  gate approve --base <base> --reason …";
    return problem("policy-weakened", message, { ...details, hint });
  }
  const approved = approval === null || allowed ? "" : ` Approved by ${approval.signer}: ${approval.reason}`;
  return warning("policy-weakened", `${message}${approved}`, details);
}
