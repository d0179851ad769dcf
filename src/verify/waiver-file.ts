import { canonicalJson } from "../reports/canonical-json.ts";
import { isDigest, isSuiteName } from "../reports/digests.ts";
import { Unexpected } from "../reports/members.ts";
import type { Result } from "../result.ts";
import { isTime, isWritten, parseCanonical } from "./canonical-document.ts";
import { exceptionPath, WAIVERS } from "./exception-files.ts";

const WAIVER_SCHEMA = "gate/waiver@1";

/** Lets one suite pass without evidence: for one fingerprint, and for a time. */
export interface Waiver {
  readonly suite: string;
  readonly fingerprint: string;
  readonly reason: string;
  /** git's committer name; a signature says who it really was. */
  readonly by: string;
  /** RFC 3339 in UTC, to the second. */
  readonly from: string;
  readonly until: string;
}

export function waiverName({ suite, fingerprint }: Pick<Waiver, "suite" | "fingerprint">): string {
  return `${suite}-${fingerprint.slice(0, 12)}`;
}

export function waiverPath(waiver: Pick<Waiver, "suite" | "fingerprint">): string {
  return exceptionPath(WAIVERS, waiverName(waiver));
}

/** The one byte form of a waiver. */
export function serialiseWaiver({ suite, fingerprint, reason, by, from, until }: Waiver): string {
  return `${canonicalJson({ schema: WAIVER_SCHEMA, suite, fingerprint, reason, by, from, until })}\n`;
}

/** Accepts only the bytes that `serialiseWaiver` writes; says what is wrong else, as the end of a sentence. */
export function parseWaiver(bytes: Uint8Array): Result<Waiver, string> {
  return parseCanonical(bytes, WAIVER_SCHEMA, serialiseWaiver, (members) => {
    const waiver: Waiver = {
      suite: members.text("suite", isSuiteName),
      fingerprint: members.text("fingerprint", isDigest),
      reason: members.prose("reason", isWritten),
      by: members.text("by", isWritten),
      from: members.text("from", isTime),
      until: members.text("until", isTime),
    };
    if (waiver.until <= waiver.from) throw new Unexpected("it ends before it begins");
    return waiver;
  });
}
