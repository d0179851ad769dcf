import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { checkSignature, type Trust } from "../evidence/signature.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { type Approval, approvalName, parseApproval } from "./approval-file.ts";
import { APPROVALS, type ExceptionFile, exceptionFiles } from "./exception-files.ts";
import { blobsBelow } from "./policy-files.ts";

export interface ApprovalFacts {
  readonly signer: string;
  readonly reason: string;
  readonly path: string;
}

interface ApprovalQuestion {
  readonly base: TreeId;
  readonly head: TreeId;
  /** The digest that the approval has to name. */
  readonly change: string;
  readonly trust: Trust | null;
  readonly at: Date;
}

/** The approval of a change that the head brings along, and what is wrong with the others that it brings. */
export async function findApproval(
  repository: Repository,
  question: ApprovalQuestion,
): Promise<{ readonly approval: ApprovalFacts | null; readonly problems: readonly Problem[] }> {
  const [{ files, problems }, known] = await Promise.all([
    exceptionFiles(repository, question.head, APPROVALS),
    blobsBelow(repository, question.base, APPROVALS.folder),
  ]);
  const brought = files.filter(({ path, blob }) => known.get(path) !== blob);
  const judged = await Promise.all(brought.map((file) => judgeFile(repository, question, file)));
  const approval = judged.find((one) => one.ok)?.value ?? null;
  const refused = judged.flatMap((one) => (one.ok ? [] : [one.error]));
  const foreign = [...problems.filter(({ path }) => path === null || !known.has(path)), ...refused];
  return { approval, problems: foreign };
}

async function judgeFile(
  repository: Repository,
  question: ApprovalQuestion,
  file: ExceptionFile,
): Promise<Result<ApprovalFacts, Problem>> {
  const approval = parseApproval(file.bytes);
  if (!approval.ok) return err(invalid(file.path, `cannot be read: ${approval.error}`));
  if (approvalName(approval.value) !== file.name) {
    return err(invalid(file.path, `bears another name than it has to: ${approvalName(approval.value)}.json`));
  }
  if (approval.value.change !== question.change) {
    return err(invalid(file.path, "names another change: the policy moved on after it, here or in the base"));
  }
  const judged = await judgeApproval(repository, question, approval.value, file);
  return judged.ok ? judged : err({ ...judged.error, hint: judged.error.hint ?? usualHint(file.path) });
}

/** Whether an approval of the right change bears a signature that the base trusts; without a hint where it need not be there. */
export async function judgeApproval(
  repository: Repository,
  { trust, at }: Pick<ApprovalQuestion, "trust" | "at">,
  { reason }: Approval,
  { path, bytes, signature }: Pick<ExceptionFile, "path" | "bytes" | "signature">,
): Promise<Result<ApprovalFacts, Problem>> {
  if (signature === null) return err(notValid(path, "is not signed", null));
  if (trust === null) {
    const what = "cannot be checked: the base names nobody whose signature counts (signing:)";
    return err(notValid(path, what, null));
  }
  const checked = await checkSignature(repository, trust, "approval", bytes, signature, at);
  if (checked.kind === "untrusted") {
    const what = `has a signature that the base does not trust: ${checked.reason}`;
    return err(notValid(path, what, checked.hint));
  }
  return ok({ signer: checked.signer, reason, path });
}

/** With its signature. */
function usualHint(path: string): string {
  return `Take it away (git rm ${shellWord(path)}*); a trusted signer approves with:  gate approve --base <base> --reason …`;
}

const invalid = (path: string, what: string) => notValid(path, what, usualHint(path));

function notValid(path: string, what: string, hint: string | null): Problem {
  return problem("approval-invalid", `the approval ${path} ${what}.`, { path, hint });
}
