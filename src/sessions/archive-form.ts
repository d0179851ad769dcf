import { isSessionName } from "../suite/session.ts";

export const ARCHIVE = "run.tar.gz";
export const ARCHIVE_RECORD = "run.tar.gz.sha256";

/** The archive's record in the form of sha256sum, which can check it too. */
export function archiveRecord(sha256: string): string {
  return `${sha256}  ${ARCHIVE}\n`;
}

/** The digest that a record states; null where it is none. */
export function recordedDigest(record: string): string | null {
  return /^([0-9a-f]{64}) [ *][^\n]+\n?$/.exec(record)?.[1] ?? null;
}

/** Of a session, what its archive does not hold: the archive, its record, and what is there only while a run goes on. */
export function isLeftOut(path: string): boolean {
  return (
    [ARCHIVE, ARCHIVE_RECORD, "reserve", "reports"].includes(path) ||
    /(?:^|\/)\.gate-\d+-[0-9a-z]+\.tmp$/.test(path)
  );
}

/** Made from the rest of the session, at any time anew: held by the archive, and not compared with it. */
export const MADE_ANEW: readonly string[] = ["logs_summary.txt", "report.xlsx"];

/** Longer than any path that a system allows. */
const LONGEST_PATH = 4096;

/** Why nobody should unpack such a path, as the end of a sentence; null where it is a plain one. */
export function objectionToPath(path: string): string | null {
  if (path.length > LONGEST_PATH) return "has a path that is too long";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "has an absolute path";
  const names = path.split(/[/\\]/);
  if (names.includes("..")) return "leads out of the session";
  if (names.includes("") || names.includes(".")) return "has a path that is not plain";
  return path.includes("\0") ? "has a path that is not plain" : null;
}

/** An entry's name: below one folder that bears the session's name; a directory ends in `/`. */
export function entryName(session: string, path: string, isDirectory: boolean): string {
  return `${session}/${path}${isDirectory ? "/" : ""}`;
}

/** The session and the path that an entry's name stands for; null where it stands for none. */
export function readEntryName(name: string): { readonly session: string; readonly path: string } | null {
  const [session = "", ...rest] = name.split("/");
  return isSessionName(session) && rest.length > 0 ? { session, path: rest.join("/") } : null;
}

/** Of the bytes of names: the same on every machine, and a directory right before what it holds. */
export function byName(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
