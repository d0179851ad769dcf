import { isRepository, kindBelow } from "../adapters/files/byte-paths.ts";
import { decidingRules } from "../adapters/git/deciding-rules.ts";
import type { IgnoreRule } from "../adapters/git/ignore.ts";
import {
  type IgnoreSettings,
  ignoreSettings,
  settingsTold,
  TELLING_SETTINGS,
} from "../adapters/git/ignore-settings.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { type TrackedPaths, trackedPaths } from "../adapters/git/tracked.ts";

/** Why no rule can make git track a path. `at` is where that begins. */
export interface Obstacle {
  readonly kind: "git-directory" | "submodule" | "nested-repository" | "symbolic-link";
  readonly at: string;
}

/** What git says of a path. All texts are bytes as Latin-1 text; `path` is relative to the top level. */
export interface JudgedPath {
  readonly path: string;
  /** The last rule that matches; null where none does. */
  readonly rule: IgnoreRule | null;
  readonly ignored: boolean;
  readonly tracked: boolean;
  readonly obstacle: Obstacle | null;
}

export interface JudgedPaths {
  readonly judged: readonly JudgedPath[];
  /** Those that the rules go by. */
  readonly settings: () => IgnoreSettings;
}

/** Asks git about all paths at once. */
export async function judgePaths(worktree: Worktree, paths: readonly string[]): Promise<JudgedPaths> {
  const [{ rules, links, stderr }, tracked] = await Promise.all([
    rulesOf(worktree, paths),
    trackedPaths(worktree, paths),
  ]);
  const judged = paths.map((path, index): JudgedPath => {
    const obstacle = obstacleOf(path, links, tracked);
    const isElsewhere = obstacle?.kind === "submodule" || obstacle?.kind === "symbolic-link";
    const rule = isElsewhere ? null : (rules[index] ?? null);
    const ignored = rule !== null && !rule.pattern.startsWith("!");
    return { path, rule, ignored, tracked: tracked.has(path), obstacle };
  });
  return { judged, settings: () => settingsTold(worktree, stderr) ?? ignoreSettings(worktree) };
}

interface Rules {
  readonly rules: readonly (IgnoreRule | null)[];
  /** The symbolic link that a path lies beyond. */
  readonly links: ReadonlyMap<string, string>;
  /** What git said besides. */
  readonly stderr: string;
}

/** git stops at the first path beyond a symbolic link: these are looked for only where it has. */
async function rulesOf(worktree: Worktree, paths: readonly string[]): Promise<Rules> {
  const { rules, stderr } = await decidingRules(worktree, paths, { environment: TELLING_SETTINGS });
  if (rules.length === paths.length) return { rules, links: new Map(), stderr };
  const links = linksAbove(worktree.topLevel, paths);
  const here = paths.filter((path) => !links.has(path));
  const asked = await decidingRules(worktree, here);
  const answers = new Map(asked.rules.map((rule, index) => [here[index], rule]));
  return { rules: paths.map((path) => answers.get(path) ?? null), links, stderr };
}

function linksAbove(topLevel: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const known = new Map<string, boolean>();
  const isLink = (path: string) => {
    const found = known.get(path) ?? kindBelow(topLevel, path) === "symlink";
    known.set(path, found);
    return found;
  };
  return new Map(
    paths.flatMap((path) => {
      const link = directoriesOf(path).find(isLink);
      return link === undefined ? [] : [[path, link] as const];
    }),
  );
}

const directoriesOf = (path: string) =>
  [...path.matchAll(/\/(?=.)/g)].map(({ index }) => path.slice(0, index));

function obstacleOf(
  path: string,
  links: ReadonlyMap<string, string>,
  tracked: TrackedPaths,
): Obstacle | null {
  const git = /(?:^|\/)\.git(?=\/|$)/i.exec(path);
  if (git !== null) return { kind: "git-directory", at: path.slice(0, git.index + git[0].length) };
  const link = links.get(path);
  if (link !== undefined) return { kind: "symbolic-link", at: link };
  const submodule = tracked.submoduleOf(path);
  return submodule === null ? null : { kind: "submodule", at: submodule };
}

/** Another repository in this one that a path lies in, which git adds as a whole or not at all. */
export function nestedRepository(topLevel: string, path: string): Obstacle | null {
  const at = directoriesOf(path).find((directory) => isRepository(topLevel, directory));
  return at === undefined ? null : { kind: "nested-repository", at };
}
