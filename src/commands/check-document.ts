import { hasErrors, type Problem } from "../problem.ts";
import type { ShownEdit } from "./offer-edits.ts";

/** What `gate check --json` prints. */
export interface CheckDocument {
  readonly schema: "gate/check@1";
  readonly ok: boolean;
  /** What was looked at and found in order. */
  readonly fine: readonly FineArea[];
  /** What `--fix` did or would do; null where it was not asked for. */
  readonly edits: readonly ShownEdit[] | null;
  readonly problems: readonly Problem[];
  /** What to do afterwards, a command each. */
  readonly next: readonly string[];
}

export interface FineArea {
  readonly area: "wiring" | "inputs" | "reports" | "fixers" | "ignore rules";
  /** null: of the whole repository. */
  readonly suite: string | null;
  readonly message: string;
}

/** What was found out about one part of a repository. */
export interface Examined {
  readonly fine: readonly FineArea[];
  readonly problems: readonly Problem[];
}

export function noneFine(problems: readonly Problem[]): Examined {
  return { fine: [], problems };
}

export function checkDocument({
  fine = [],
  edits = null,
  problems = [],
  next = [],
}: Partial<Omit<CheckDocument, "schema" | "ok">>): CheckDocument {
  return { schema: "gate/check@1", ok: !hasErrors(problems), fine, edits, problems, next };
}
