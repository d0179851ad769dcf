import type { Problem } from "../problem.ts";

/** What `gate archive --json` prints. */
export interface ArchiveDocument {
  readonly schema: "gate/archive@1";
  readonly ok: boolean;
  readonly did: "write" | "verify";
  /** null where there is none, or its name is not known. */
  readonly session: string | null;
  /** Relative to the top level, or as it was given; null where there is no session. */
  readonly archive: string | null;
  /** null where there is no archive. */
  readonly sha256: string | null;
  readonly bytes: number;
  readonly files: number;
  /** Of all files together, before they were compressed. */
  readonly unpackedBytes: number;
  /** What the archive has and its session does not have any more. */
  readonly missing: readonly string[];
  readonly problems: readonly Problem[];
}
