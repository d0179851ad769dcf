import type { Exemption } from "./fixer.ts";

/** A program that something in the project starts, and the files that it comes to see. */
export interface ToolCall {
  /** Where it is set up. */
  readonly path: string;
  /** 1-based. */
  readonly line: number | null;
  /** What the place calls it: the id of a hook; null where it has no name. */
  readonly id: string | null;
  readonly words: readonly [string, ...string[]];
  /** Where it runs, relative to the top level; "" is the top level itself. */
  readonly directory: string;
  /** Whether it is given files after its own words. */
  readonly files: "appended" | "none";
  /** Whether these files come with their absolute paths. */
  readonly absolute?: boolean;
  /** Those of the paths that reach it. */
  readonly handed: (paths: readonly string[]) => readonly string[];
  /** It rewrites what it is given, even if nothing else is known of the program. */
  readonly rewrites: boolean;
  /** Keeps a directory from it in the place where it is called. */
  readonly exempt: (directory: string) => Exemption;
  /** That goes before the tool's own settings. */
  readonly exemptsFirst: boolean;
}

export const everyPath = (paths: readonly string[]) => paths;
