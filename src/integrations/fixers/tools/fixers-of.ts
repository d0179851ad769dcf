import type { Fixer, Project } from "../fixer.ts";
import type { Circumstances } from "./tool.ts";

/** The tools that a simple command starts, in so far as they rewrite files when they are called so. */
export async function fixersOf(
  command: readonly string[],
  project: Project,
  circumstances: Circumstances = {},
): Promise<readonly Fixer[]> {
  // most projects have no such command, and what reads globs takes a while to load
  const { calledFixers } = await import("./called-fixers.ts");
  return calledFixers(command, project, circumstances);
}
