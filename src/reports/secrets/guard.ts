import type { SecretRule } from "../../config/secret-rules.ts";
import type { Problem } from "../../problem.ts";
import type { TextStage } from "../rewriting.ts";

/** Something that looked like a secret, and can be told to everybody. */
export interface Found {
  readonly rule: SecretRule;
  /** `AKIA****************` */
  readonly excerpt: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * Stands between what is made of a session and git. Every text of the reports goes through it, and comes out with
 * a marker in place of each secret, whether the run is refused for it or not: so nothing else has to know which.
 */
export interface SecretGuard {
  /** For what is cut or escaped before it is in a report. What was found is told when that report is sealed. */
  text(text: string): string;
  /** What `make` has passed through `text`. */
  gather<T>(make: () => T): Gathered<T>;
  /** For a log, which is never held whole. */
  stage(path: string): TextStage | null;
  /** For a whole report. What was found before and is to be seen in it is told with its line. */
  sealed(path: string, text: string, before?: readonly Found[]): string;
  /** The same, and nothing is told. */
  unseen(text: string): string;
  /** Of what was found in the name of a log. */
  tellOfName(found: readonly Found[]): void;
  /** What keeps the reports from being recorded. */
  refusals(): readonly Problem[];
  /** What is to be said of reports that are recorded. */
  warnings(): readonly Problem[];
}

export interface Gathered<T> {
  readonly made: T;
  readonly found: readonly Found[];
}

/** With `secrets: off` nobody looks. */
export const OPEN_GUARD: SecretGuard = {
  text: (text) => text,
  gather: (make) => ({ made: make(), found: [] }),
  stage: () => null,
  sealed: (_, text) => text,
  unseen: (text) => text,
  tellOfName: () => undefined,
  refusals: () => [],
  warnings: () => [],
};
