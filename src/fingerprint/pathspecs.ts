import type { InputPattern, Suite } from "../config/configuration.ts";

/** Where gate.yaml lies in every repository. */
export const CONFIGURATION_PATH = "gate.yaml";

/** Where waivers and approvals are committed. Never an input: a waiver is bound to a fingerprint. */
export const EXCEPTIONS_DIRECTORY = "gate-exceptions";

/** The two pathspecs that a glob means: the path itself, and all below it. */
function bothPathspecs(magic: string, glob: string): string[] {
  if (glob === "**") return [`:(top,${magic})**`];
  return [`:(top,${magic})${glob}`, `:(top,${magic})${glob}/**`];
}

function including(glob: string): string[] {
  return bothPathspecs("glob", glob);
}

/** Leaves out what a glob selects. */
export function leavingOut(glob: string): string[] {
  return bothPathspecs("glob,exclude", glob);
}

/** A directory or file by its exact name, all below it included. */
export function exactly(path: string): string {
  return `:(top,literal)${path}`;
}

/** Everything in the repository, for a call that names what it leaves out. */
export const EVERYTHING = ":(top,glob)**";

/** Leaves out a directory or file by its exact name, all below it included. */
export function without(path: string): string {
  return `:(top,literal,exclude)${path}`;
}

/** What selects a suite's inputs in a tree. Reports, of any suite, and exceptions are outside by definition. */
export function inputPathspecs(suite: Suite, reportsDirectories: readonly string[]): string[] {
  return [
    ...positivePathspecs(suite),
    ...suite.inputs.filter(({ exclude }) => exclude).flatMap(({ glob }) => leavingOut(glob)),
    ...reportsDirectories.map(without),
    without(EXCEPTIONS_DIRECTORY),
  ];
}

/** Without the excludes: in one call for several suites these would hide changes from the others. */
export function positivePathspecs(suite: Suite): string[] {
  return [
    ...suite.inputs.filter(({ exclude }) => !exclude).flatMap(({ glob }) => including(glob)),
    ...suite.pins.map(exactly),
  ];
}

/** What one pattern alone selects. */
export function patternPathspecs({ glob }: InputPattern): string[] {
  return including(glob);
}

/** Where everything lies that such a pathspec, without an exclude, can match: at this path, or below it. */
export function placeOf(pathspec: string): string {
  const path = pathspec.slice(pathspec.indexOf(")") + 1);
  return pathspec.startsWith(":(top,literal)") ? path : placeOfGlob(path);
}

/** The part of a glob before its first wildcard, down to a directory; "" for the top level. */
export function placeOfGlob(glob: string): string {
  const wildcard = glob.search(/[*?[\\]/);
  return wildcard === -1 ? glob : glob.slice(0, Math.max(0, glob.lastIndexOf("/", wildcard)));
}
