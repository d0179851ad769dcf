import { dirname, join } from "node:path";
import { existingRealPath, readEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import { hooksDirectory } from "../adapters/git/hooks-directory.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { localSetting } from "../adapters/git/settings.ts";
import { hasErrors, type Problem, problem, warning } from "../problem.ts";
import { HOOKS } from "./hook-script.ts";
import { findHookWay, type HookWay } from "./hook-way.ts";
import { planHooks } from "./hooks.ts";
import { howToRecord } from "./launcher.ts";
import { surveyRepository } from "./survey.ts";

/** What a person would find who looked through the installation in one clone. */
export interface HookInstallation {
  /** How this repository uses git's hooks, for people. */
  readonly way: string;
  readonly problems: readonly Problem[];
}

const AGAIN = "gate init";

/** Whether the hooks are there as this gate ships them, and whether git runs them. Changes nothing. */
export async function inspectHooks(worktree: Worktree, shims: string): Promise<HookInstallation> {
  const way = await findHookWay(worktree, await surveyRepository(worktree));
  const wanted = await planHooks(worktree, way, { directory: shims, whenMissing: null });
  const absent: string[] = [];
  const different: string[] = [];
  for (const edit of wanted.edits) {
    if (edit.kind === "config") continue;
    (edit.kind === "create" || !edit.shipped ? absent : different).push(edit.place.shown);
  }
  const installed = way.kind === "elsewhere" ? [] : await startedByGit(worktree, way);
  return {
    way: wayText(way),
    problems: [
      ...(absent.length === 0 ? [] : [notInstalled(absent)]),
      ...(different.length === 0 ? [] : [notAsShipped(different)]),
      ...wanted.problems.map((one) => (way.kind === "elsewhere" ? elsewhere(one) : failing(one))),
      ...installed,
    ],
  };
}

function wayText(way: HookWay): string {
  switch (way.kind) {
    case "husky":
      return `husky, in ${way.folder}`;
    case "hooks-path":
      return `core.hooksPath, in ${way.folder}`;
    case "plain":
      return "git's own hooks, for this clone alone";
    case "lefthook":
      return `lefthook, in ${way.file}`;
    case "pre-commit-framework":
      return "the pre-commit framework";
    case "elsewhere":
      return way.place;
  }
}

function notInstalled(files: readonly string[]): Problem {
  const [first = ""] = files;
  const message = `${named(files)} ${files.length === 1 ? "does" : "do"} not call gate, or ${files.length === 1 ? "is" : "are"} not there.`;
  return problem("not-wired", message, { path: first, hint: AGAIN });
}

function notAsShipped(files: readonly string[]): Problem {
  const message = `${named(files)} ${files.length === 1 ? "is" : "are"} not what this version of gate ships.`;
  return problem("not-wired", message, { path: files[0] ?? null, hint: AGAIN });
}

function named(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}

/** A hook that git does not run keeps nobody from anything; what only could go wrong stays a warning. */
function failing(one: Problem): Problem {
  return one.code === "not-wired" ? { ...one, severity: "error" } : one;
}

function elsewhere(one: Problem): Problem {
  return { ...one, severity: "warning", message: `${one.message} Whether they call gate was not looked at.` };
}

/** lefthook and the framework put starters of their own where git looks. */
async function startedByGit(worktree: Worktree, way: HookWay): Promise<readonly Problem[]> {
  if (way.kind !== "lefthook" && way.kind !== "pre-commit-framework") return [];
  const lefthook = way.kind === "lefthook";
  const wanted = lefthook ? HOOKS : (["pre-commit", "pre-push", "post-merge", "post-rewrite"] as const);
  const directory = await hooksDirectory(worktree);
  const mark = lefthook ? /lefthook/ : /pre-commit/;
  const missing: string[] = [];
  for (const hook of wanted) {
    const file = await readEditable(directory, hook);
    const starts = file.ok && file.value.executable && mark.test(file.value.text ?? "");
    if (!starts) missing.push(hook);
  }
  if (missing.length === 0) return [];
  const install = lefthook
    ? "lefthook install"
    : `pre-commit install ${missing.map((hook) => `-t ${hook}`).join(" ")}`;
  const message = `${lefthook ? "lefthook" : "the pre-commit framework"} is not installed in this clone for ${missing.join(", ")}.`;
  const details = { path: way.file, hint: install };
  const atCommit = missing.includes("pre-commit");
  return [atCommit ? problem("not-wired", message, details) : warning("not-wired", message, details)];
}

/** Whether the hooks of this clone will find gate, also for clients that do not have the user's PATH. */
export async function inspectLauncher(
  worktree: Worktree,
  own: { readonly node: string; readonly script: string },
): Promise<{ readonly found: string; readonly problems: readonly Problem[] }> {
  const [launcher, node] = [
    await localSetting(worktree, "gate.launcher"),
    await localSetting(worktree, "gate.node"),
  ];
  const again = await howToRecord(worktree, own.script);
  if (launcher === null) {
    const near = await nearbyGate(worktree);
    const message = `git config gate.launcher is not set, so the hooks look in ${near === null ? "PATH" : dirname(near)}, with the PATH of whoever commits.`;
    const found = near === null ? "PATH" : join(worktree.topLevel, near);
    return { found, problems: [warning("not-wired", message, { hint: again })] };
  }
  const problems: Problem[] = [];
  if ((await kindOf(launcher)) === "absent") {
    const message = `git config gate.launcher names ${launcher}, which is gone.`;
    problems.push(
      problem("not-wired", message, { hint: `${again},  or:  git config --unset gate.launcher` }),
    );
  } else if ((await existingRealPath(launcher)) !== (await existingRealPath(own.script))) {
    const message = `the hooks start another gate than this one (${own.script}).`;
    problems.push(
      warning("not-wired", message, {
        hint: again === AGAIN ? `To have them start this one:  ${AGAIN}` : again,
      }),
    );
  }
  if (node !== null && (await kindOf(node)) === "absent") {
    const message = `git config gate.node names ${node}, which is gone; the hooks take the Node in PATH.`;
    problems.push(warning("not-wired", message, { hint: again }));
  }
  return { found: launcher, problems: hasErrors(problems) ? problems.slice(0, 1) : problems };
}

/** Where the shims look before PATH. */
async function nearbyGate(worktree: Worktree): Promise<string | null> {
  for (const path of ["node_modules/.bin/gate", ".venv/bin/model-gate"]) {
    if ((await kindOf(join(worktree.topLevel, path))) !== "absent") return path;
  }
  return null;
}
