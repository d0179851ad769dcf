/** How `gate verify` can say it. */
export const VERIFY_FORMATS = ["text", "json", "github", "junit", "sarif"] as const;
export type VerifyFormat = (typeof VERIFY_FORMATS)[number];

/** How `gate gaps` can say it. */
export const GAPS_FORMATS = ["text", "json", "markdown"] as const;
export type GapsFormat = (typeof GAPS_FORMATS)[number];

/** The forms of other tools that evidence can be put into. */
export const EXPORT_FORMATS = ["in-toto", "junit"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
