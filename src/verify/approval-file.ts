import { canonicalJson } from "../reports/canonical-json.ts";
import { isDigest } from "../reports/digests.ts";
import type { Result } from "../result.ts";
import { isTime, isWritten, parseCanonical } from "./canonical-document.ts";
import { APPROVALS, exceptionPath } from "./exception-files.ts";

const APPROVAL_SCHEMA = "gate/approval@1";

/** Lets one change of the policy pass. */
export interface Approval {
  /** Digest of the policy before and after: no other change has it. */
  readonly change: string;
  /** What the change weakens, for those who review the approval. The digest is what counts. */
  readonly weakens: readonly string[];
  readonly reason: string;
  /** git's committer name; the signature says who it really was. */
  readonly by: string;
  /** RFC 3339 in UTC, to the second. */
  readonly at: string;
}

export function approvalName({ change }: Pick<Approval, "change">): string {
  return change.slice(0, 12);
}

export function approvalPath(approval: Pick<Approval, "change">): string {
  return exceptionPath(APPROVALS, approvalName(approval));
}

/** The one byte form of an approval. */
export function serialiseApproval({ change, weakens, reason, by, at }: Approval): string {
  return `${canonicalJson({ schema: APPROVAL_SCHEMA, change, weakens, reason, by, at })}\n`;
}

/** Accepts only the bytes that `serialiseApproval` writes; says what is wrong else. */
export function parseApproval(bytes: Uint8Array): Result<Approval, string> {
  return parseCanonical(bytes, APPROVAL_SCHEMA, serialiseApproval, (members) => ({
    change: members.text("change", isDigest),
    weakens: members.texts("weakens"),
    reason: members.prose("reason", isWritten),
    by: members.text("by", isWritten),
    at: members.text("at", isTime),
  }));
}
