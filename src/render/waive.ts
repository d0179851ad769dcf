import type { ApproveDocument } from "../commands/approve.ts";
import type { WaiveDocument } from "../commands/waive.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

/** What was waived, for how long, and what to do with the file. */
export function renderWaive(document: WaiveDocument): string {
  const { waiver, problems } = singleLined(document);
  const complaints = problems.length === 0 ? [] : [renderProblems(problems)];
  if (waiver === null) return complaints.join("\n");
  const { suite, until, reason, by, signed, path } = waiver;
  const who = signed ? `signed by ${by}` : `by ${by}, unsigned`;
  return [
    `gate  ${suite}: waived until ${clock(until)} (${who}): ${reason}`,
    `      ${path} is staged. It holds for the inputs as they are staged now; any change to them ends it.`,
    ...complaints,
    "next: git commit",
    "      It is for gate verify: where the commit hook would run the suite,  git commit --no-verify",
  ].join("\n");
}

/** What was approved, and what to do with the file. */
export function renderApprove(document: ApproveDocument): string {
  const { ok, approval, problems } = singleLined(document);
  if (!ok) return renderProblems(problems);
  if (approval === null) return "gate  nothing to approve: what is staged does not relax the base's policy.";
  const { weakens, signer, path, reason } = approval;
  return [
    `gate  approved by ${signer}: ${reason}`,
    ...weakens.map((message) => `      ${message}`),
    `      ${path} is staged. It approves this change of the policy, and no other.`,
    "next: git commit",
  ].join("\n");
}

/** `2026-03-01 12:00 UTC` */
function clock(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
