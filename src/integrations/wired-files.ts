import { type Step, type Surroundings, stepsOf, withoutLine } from "./hook-steps.ts";
import { membersOf, parsedJson } from "./members.ts";

/** What one file has done at some occasion. */
export interface WiredFile {
  readonly path: string;
  /** In the order in which they run. */
  readonly steps: readonly Step[];
  /** They run before a commit, so the order counts. */
  readonly beforeCommit: boolean;
  /** They run all at once. */
  readonly parallel: boolean;
}

export function shellHook(path: string, text: string, surroundings: Surroundings): WiredFile {
  const beforeCommit = path.slice(path.lastIndexOf("/") + 1) === "pre-commit";
  return { path, steps: stepsOf(text, surroundings), beforeCommit, parallel: false };
}

/** simple-git-hooks, husky 4, yorkie, and scripts that call gate themselves. */
export function packageHooks(path: string, text: string, surroundings: Surroundings): readonly WiredFile[] {
  const found = packageCommands(path, text).map(({ hook, command }): WiredFile => {
    const steps = stepsOf(command, surroundings).map(withoutLine);
    return { path, steps, beforeCommit: hook === "pre-commit", parallel: false };
  });
  const scripts = path.endsWith("package.json") ? [...surroundings.scripts.values()] : [];
  const called = scripts.flatMap((script) => stepsOf(script, surroundings).map(withoutLine));
  return [...found, { path, steps: called, beforeCommit: false, parallel: false }];
}

/** A command that package.json, or a file of the same kind, has a hook run. */
export interface PackageCommand {
  readonly hook: string;
  readonly command: string;
}

/** What simple-git-hooks, husky 4 and yorkie are told to run. */
export function packageCommands(path: string, text: string): readonly PackageCommand[] {
  const content = membersOf(parsedJson(text));
  const managers = [
    content["simple-git-hooks"],
    membersOf(content.husky).hooks,
    content.gitHooks,
    path.endsWith("package.json") ? null : content,
    path.startsWith(".huskyrc") ? content.hooks : null,
  ];
  const hooks = managers.flatMap((manager) => Object.entries(membersOf(manager)));
  return hooks.flatMap(([hook, command]) => (typeof command === "string" ? [{ hook, command }] : []));
}

/** Files that are no YAML: what stands in quotes is looked at as commands. */
export function quotedCommands(path: string, text: string, surroundings: Surroundings): WiredFile {
  const code = text
    .split("\n")
    .filter((line) => !/^\s*(?:#|\/\/)/.test(line))
    .join("\n");
  const quoted = [...code.matchAll(/"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'/g)];
  const texts = quoted.map((found) => found.slice(1).find((one) => one !== undefined) ?? "");
  const steps = texts.flatMap((one) => stepsOf(one, surroundings).map(withoutLine));
  return { path, steps, beforeCommit: false, parallel: false };
}
