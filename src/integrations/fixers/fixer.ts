import type { Attributes } from "../../adapters/git/attributes.ts";
import type { Result } from "../../result.ts";

/** The files of a project as they are judged: those of a commit, or those on disk. */
export interface Project {
  /** Every file, relative to the top level, sorted; names that are not UTF-8 left out. */
  readonly files: readonly string[];
  /** null where there is none, or nobody's settings: too large, a link, not UTF-8. */
  readonly read: (path: string) => Promise<string | null>;
  /** What git says of each path, in the order asked. */
  readonly attributes: (paths: readonly string[], names: readonly string[]) => Promise<readonly Attributes[]>;
  /** Whether its files say all of these: on disk, git is told by settings of the clone and of the user as well. */
  readonly saysAllAttributes: boolean;
}

/** A tool that rewrites files, with the settings that it would find in the project. */
export interface Fixer {
  /** As people call it: `prettier`. */
  readonly name: string;
  /** Those of the paths that it would rewrite where it is given them by name. */
  readonly takes: (paths: readonly string[]) => Promise<readonly string[]>;
  /** Keeps a directory from it in its own settings; null where none hold for files given by name. */
  readonly exempt: ((directory: string) => Promise<Exemption>) | null;
}

/** What keeps a tool from the reports: an edit of one file, which a person could make too. */
export interface Exemption {
  readonly file: string;
  /** What to add where, for a person. */
  readonly byHand: string;
  /** The file's text with the exemption, from what it is now (null: there is none), or why it cannot be made safely. */
  readonly apply: (text: string | null) => Result<string, string>;
}

/** A tool that would rewrite reports after they were recorded. */
export interface Culprit {
  /** `trailing-whitespace`, `prettier`. */
  readonly tool: string;
  /** Where it is set up. */
  readonly path: string;
  /** 1-based. */
  readonly line: number | null;
  /** The reports that it would rewrite; never empty. */
  readonly reports: readonly string[];
  readonly exemption: Exemption;
}

export type { WrittenReports } from "../../reports/reports-place.ts";
