import { Unexpected } from "./members.ts";

export interface ReportDigest {
  readonly mode: "100644";
  readonly blob: string;
  readonly sha256: string;
}

export type ReportDigests = ReadonlyMap<string, ReportDigest>;

export function readReports(entries: Readonly<Record<string, unknown>>): ReportDigests {
  const reports = new Map<string, ReportDigest>();
  for (const path of Object.keys(entries)) {
    const entry = entries[path];
    if (!isReportPath(path)) throw new Unexpected(`reports: ${JSON.stringify(path)} is not a report's path`);
    const [, blob, sha256] = (typeof entry === "string" ? REPORT.exec(entry) : null) ?? [];
    if (blob === undefined || sha256 === undefined)
      throw new Unexpected(`reports: the entry of ${path} is not "100644 <blob> <sha256>"`);
    reports.set(path, { mode: "100644", blob, sha256 });
  }
  return reports;
}

const REPORT = /^100644 ([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{64})$/;

const PLAIN_PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/** Relative, with `/` alone as separator, and nothing in it that leads elsewhere. */
function isReportPath(path: string): boolean {
  if (PLAIN_PATH.test(path)) return true;
  return !/[\p{Cc}\p{Cs}\\]/u.test(path) && !/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path);
}

interface ReportsApart {
  readonly reports: ReportDigests;
  /** The manifest with an empty table: in its one form exactly where the whole is. */
  readonly rest: string;
}

const OPENING = '\n  "reports": {';
const CLOSING = "\n  }";

/** A line that JSON writes as it stands: plain ASCII, without what has to be escaped. */
const LINE = /\n {4}"[ !#-[\]-~]+": "100644 (?:[0-9a-f]{40}|[0-9a-f]{64}) [0-9a-f]{64}",?/y;

/** What stands before a path, and between it and its blob id. */
const PATH_AT = '\n    "'.length;
const BETWEEN = '": "100644 '.length;
const SHA256_LENGTH = 64;

/**
 * Reads the table of the reports, of which there may be very many, from a manifest's text, and leaves the rest to who
 * parses and writes it again, which takes several times as long. null where it is not in its one form, or has a name
 * that only those can judge.
 */
export function reportsApart(text: string): ReportsApart | null {
  const opening = text.indexOf(OPENING);
  if (opening === -1) return null;
  const reports = new Map<string, ReportDigest>();
  let last = "";
  let isLast = false;
  LINE.lastIndex = opening + OPENING.length;
  for (let at = LINE.lastIndex; !isLast; at = LINE.lastIndex) {
    // cut by length: to have the parts from the expression takes half as long again
    if (!LINE.test(text)) return null;
    isLast = text[LINE.lastIndex - 1] !== ",";
    const end = LINE.lastIndex - (isLast ? 1 : 2);
    const quote = text.indexOf('"', at + PATH_AT);
    const path = text.slice(at + PATH_AT, quote);
    if (path <= last || !isReportPath(path)) return null;
    const sha256 = text.slice(end - SHA256_LENGTH, end);
    reports.set(path, { mode: "100644", blob: text.slice(quote + BETWEEN, end - SHA256_LENGTH - 1), sha256 });
    last = path;
  }
  if (!text.startsWith(CLOSING, LINE.lastIndex)) return null;
  const closing = LINE.lastIndex + CLOSING.length;
  return { reports, rest: `${text.slice(0, opening)}${OPENING}}${text.slice(closing)}` };
}
