import { posix } from "node:path";
import type { Exemption, Project } from "../fixer.ts";

/** How a command is called, where the caller knows. */
export interface Circumstances {
  /** Where it runs, relative to the top level; "" is the top level itself. */
  readonly directory?: string;
  /**
   * `appended`: it is given files after its own words. `none`: it is given nothing else. Where nobody says, a
   * command that names no files itself is taken to be given some.
   */
  readonly files?: "appended" | "none";
  /** The files are given by their whole paths, as lint-staged does, which not all settings know again. */
  readonly absolute?: boolean;
}

/** One call of a program. */
export interface Call {
  readonly project: Project;
  /** Its plain name: `biome`, also where it was called through npx by the name of its package. */
  readonly program: string;
  /** The words after its name. */
  readonly args: readonly string[];
  /** Where it runs, relative to the top level; "" is the top level itself. */
  readonly directory: string;
  /** As in `Circumstances`; `some`: nobody says. */
  readonly files: "appended" | "none" | "some";
  readonly absolute: boolean;
}

/**
 * How the tool comes to its files: they are named to it, or it finds them itself below a directory (`root`, relative
 * to the top level; `called`, as the call has it). Some honour their settings only for what they find.
 */
export type Way = NamedWay | WalkedWay;

interface NamedWay {
  readonly kind: "named";
}

interface WalkedWay {
  readonly kind: "walked";
  readonly root: string;
  readonly called: string;
}

/** The folders on the way to a file in which the tool could be stopped: none above the directory that it began in. */
export function foldersTo(path: string, way: Way): readonly string[] {
  const above = upwardsFrom(directoryOf(path)).filter((one) => one !== "");
  return way.kind === "named" ? above : above.filter((one) => isBelow(way.root, one));
}

export function isBelow(directory: string, path: string): boolean {
  return directory === "" || path.startsWith(`${directory}/`);
}

/** What a call would do to files. */
export interface Rewriting {
  /** As people call the tool. */
  readonly name: string;
  /** The words of the call that stand for files. */
  readonly operands: readonly string[];
  /** Without any file it goes through the whole directory. */
  readonly walksAlone: boolean;
  readonly rewrites: (paths: readonly string[], way: Way) => Promise<readonly string[]>;
  readonly exempt: ((directory: string) => Promise<Exemption>) | null;
  /** Its own settings hold for files that it is given by name as well. */
  readonly exemptsNamed: boolean;
}

/** null where the call rewrites nothing: it only looks, or asks for help. */
export type Tool = (call: Call) => Promise<Rewriting | null>;

/** Paths as the tool sees them from where its settings lie: null for what lies elsewhere. */
export function relativeTo(directory: string, path: string): string | null {
  if (directory === "") return path;
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : null;
}

const fileSets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Asked for every directory of every report: a list would be gone through each time. */
export function hasFile({ files }: Project, path: string): boolean {
  const set = fileSets.get(files) ?? new Set(files);
  fileSets.set(files, set);
  return set.has(path);
}

/** A name as a call or a settings file in a directory has it, relative to the top level. */
export function within(directory: string, name: string): string {
  return posix.join(directory, name);
}

/** The directories from this one up to the top level. */
export function upwardsFrom(directory: string): readonly string[] {
  if (directory === "") return [""];
  const parent = directory.includes("/") ? directory.slice(0, directory.lastIndexOf("/")) : "";
  return [directory, ...upwardsFrom(parent)];
}

export const directoryOf = (path: string) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
export const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
