import type { Problem } from "../problem.ts";
import type { ExportFormat } from "./formats.ts";

/** What `gate evidence export --json` prints. */
export interface ExportDocument {
  readonly schema: "gate/evidence-export@1";
  readonly revision: string;
  readonly format: ExportFormat;
  /** The file's content; null where it was refused. */
  readonly content: string | null;
  readonly problems: readonly Problem[];
}
