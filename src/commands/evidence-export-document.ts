import type { Problem } from "../problem.ts";

/** Into which forms evidence can be put. */
export const EXPORT_FORMATS = ["in-toto", "junit"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What `gate evidence export --json` prints. */
export interface ExportDocument {
  readonly schema: "gate/evidence-export@1";
  readonly revision: string;
  readonly format: ExportFormat;
  /** The file's content; null where it was refused. */
  readonly content: string | null;
  readonly problems: readonly Problem[];
}
