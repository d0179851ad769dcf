import type { CommitId } from "../../adapters/git/ids.ts";
import type { TreeEdit } from "../../adapters/git/new-commits.ts";
import type { ProblemCode } from "../../problem.ts";
import type { GuardedSpecimen } from "./guarded.ts";
import type { Specimen } from "./specimen.ts";

/**
 * What it takes to see through a forgery. `ids`: what git lists of the tree, and the manifest. `contents`: with
 * `--deep`. `signature`: where the evidence is signed by a key that the base trusts. `policy`: against a base
 * that says `policy: protected`.
 */
export type Level = "ids" | "contents" | "signature" | "policy";

/** Changes on top of the commit, or a commit made otherwise; null where this one gives nothing to do it with. */
type Forged = readonly TreeEdit[] | CommitId | null;

export interface AttackOn<On> {
  readonly name: string;
  /** What the forger has done, to be read after the name. */
  readonly what: string;
  readonly level: Level;
  /** Each of them has to be among the errors that verify names. */
  readonly refusedBy: readonly ProblemCode[];
  readonly forge: (on: On) => Forged | Promise<Forged>;
  /** What else is done, once the commit is there. */
  readonly afterwards?: (on: On, forged: CommitId) => Promise<void>;
}

/** On the commit as it is. */
export interface Forgery extends AttackOn<Specimen> {
  readonly level: "ids" | "contents";
}

/** Everything that unsigned evidence says is rewritten so that it agrees with itself. */
export interface Rewriting extends AttackOn<Specimen> {
  readonly level: "signature";
}

/** On the same evidence under a base that trusts keys of the self-test's own. */
export interface GuardedForgery extends AttackOn<GuardedSpecimen> {
  readonly level: Level;
}
