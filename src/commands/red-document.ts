import type { Problem } from "../problem.ts";
import type { RedRun, RedVariable } from "../recording/red.ts";
import type { ProposedEntry } from "../recording/red-proposal.ts";

/** What `gate run --red` found. Paths are relative to the top level. */
export interface RedDocument {
  readonly schema: "gate/red@1";
  /** Whether every selector has tests, and all of them failed. */
  readonly ok: boolean;
  /** Stopped by the user; the selectors are those that had run by then. */
  readonly interrupted: boolean;
  readonly suite: string | null;
  readonly session: string | null;
  readonly summary: string | null;
  readonly variables: readonly RedVariable[];
  readonly selectors: readonly RedRun[];
  /** null where nothing was run. */
  readonly proposed: Proposal | null;
  readonly problems: readonly Problem[];
}

interface Proposal {
  readonly entries: readonly ProposedEntry[];
  /** The same as lines of gate.yaml; empty where there is nothing to propose. */
  readonly yaml: string;
  /** Where the lines go: into the suite, or into the list that it has. */
  readonly below: "suite" | "list";
}
