import { join, relative } from "node:path";
import { readEditable } from "../adapters/files/editing.ts";
import { listDirectory } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { problem, warning } from "../problem.ts";
import { unreachable } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { inTree, type Place, type Plan, plan, together } from "./edits.ts";
import { gateLine, HOOKS, newHook } from "./hook-script.ts";
import type { HookWay } from "./hook-way.ts";
import { planLefthook } from "./lefthook.ts";
import { planFrameworkHook } from "./pre-commit-framework.ts";
import { planShellHooks, type ShimSource } from "./shell-hooks.ts";

/** Installs gate's hooks the way the repository already installs its own. */
export async function planHooks(worktree: Worktree, way: HookWay, shims: ShimSource): Promise<Plan> {
  const top = worktree.topLevel;
  switch (way.kind) {
    case "husky": {
      const place = (path: string) => inTree(top, `${way.folder}/${path}`);
      const hooks = await planShellHooks({ place, husky: true }, shims);
      return way.installed ? hooks : together([hooks, notInstalled(way.folder)]);
    }
    case "hooks-path": {
      const place = (path: string) => inTree(top, `${way.folder}/${path}`);
      const hooks = await planShellHooks({ place, husky: false }, shims);
      const notRun = way.installed ? await leftBehind(worktree, way.folder) : notNamed(way.folder);
      return together([hooks, notRun]);
    }
    case "plain":
      return planShellHooks({ place: (path) => inHooks(top, way.directory, path), husky: false }, shims);
    case "lefthook":
      return planLefthook(top, way.file, shims);
    case "pre-commit-framework":
      return planFrameworkHook(top, way.file, shims);
    case "elsewhere":
      return plan({ problems: [notEdited(way.place, way.reason)] });
    default:
      return unreachable(way);
  }
}

/** Whether the hooks come with the repository, and so have to be committed. */
export function comesWithRepository({ kind }: HookWay): boolean {
  return kind !== "plain" && kind !== "elsewhere";
}

function inHooks(topLevel: string, directory: string, path: string): Place {
  const below = relative(topLevel, `${directory}/${path}`);
  return { root: directory, path, shown: below.startsWith("..") ? `${directory}/${path}` : below };
}

function notInstalled(folder: string): Plan {
  const message = `husky is not installed in this clone (${folder}/_ is missing), so git runs no hook of ${folder}.`;
  return plan({ problems: [warning("not-wired", message, { path: folder, hint: "npx husky" })] });
}

function notNamed(folder: string): Plan {
  const message = `git runs no hook of ${folder} in this clone, where core.hooksPath does not name it.`;
  const hint = `git config core.hooksPath ${shellWord(folder)}`;
  return plan({ problems: [warning("not-wired", message, { path: folder, hint })] });
}

/** What the clone's own folder has besides git's samples and what gate put there: git runs none of it any more. */
async function leftBehind({ topLevel, commonDirectory }: Worktree, folder: string): Promise<Plan> {
  const own = join(commonDirectory, "hooks");
  const names = (await listDirectory(own)).filter((name) => name !== "gate" && !name.endsWith(".sample"));
  const found = await Promise.all(names.map((name) => readEditable(own, name)));
  const gates: readonly (string | null)[] = HOOKS.map((hook) => newHook(hook, true));
  const isLost = (index: number) => {
    const file = found[index];
    return !file?.ok || (file.value.executable && !gates.includes(file.value.text));
  };
  const problems = names
    .filter((_, index) => isLost(index))
    .map((name) => {
      const path = inHooks(topLevel, own, name).shown;
      const message = `${path} is not run any more: core.hooksPath names ${folder}.`;
      const hint = `Bring what it does to ${folder}/${name},  or take it away:  rm ${shellWord(path)}`;
      return warning("not-wired", message, { path, hint });
    });
  return plan({ problems });
}

function notEdited(place: string, reason: string) {
  const lines = HOOKS.map((hook) => `${hook}: ${gateLine(hook)}`).join("   ");
  const hint = `By hand, with the package's hooks/ copied to gate/ beside yours:  ${lines}`;
  return problem("edit-refused", `the hooks in ${place} were not edited: ${reason}.`, { path: place, hint });
}
