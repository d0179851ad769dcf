import type { Problem } from "../problem.ts";

/** What `gate sessions report --json` prints. */
export interface SessionsReportDocument {
  readonly schema: "gate/sessions-report@1";
  /** null where there is no such session. */
  readonly session: string | null;
  /** How the session stands of which the report tells. */
  readonly state: "running" | "ended" | "crashed" | null;
  /** Where the report is: relative to the top level, or as it was asked for; null where there is none. */
  readonly file: string | null;
  readonly bytes: number;
  /** Rows of each sheet, without its header. */
  readonly sheets: Readonly<Record<string, number>>;
  /** Sentences about what the report does not hold. */
  readonly cut: readonly string[];
  readonly problems: readonly Problem[];
}
