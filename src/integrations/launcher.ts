import { tmpdir } from "node:os";
import type { Repository, Worktree } from "../adapters/git/repository.ts";
import { localSetting } from "../adapters/git/settings.ts";
import { warning } from "../problem.ts";
import { type Plan, type PlannedEdit, plan } from "./edits.ts";

interface Launcher {
  readonly node: string;
  readonly script: string;
}

/** Records where this gate lies, so that hooks of clients without the user's PATH find it in this clone. */
export async function planLauncher(repository: Worktree, launcher: Launcher): Promise<Plan> {
  // What lies in the worktree lives as long as it does, wherever that is.
  const inside = launcher.script.startsWith(`${repository.topLevel}/`);
  if (!inside && isTemporary(launcher.script)) {
    return plan({ problems: [notForGood(launcher.script)] });
  }
  const edits = await Promise.all([
    setting(repository, "gate.launcher", launcher.script),
    setting(repository, "gate.node", launcher.node),
  ]);
  return plan({ edits: edits.flat() });
}

async function setting(repository: Repository, key: string, after: string): Promise<PlannedEdit[]> {
  const before = await localSetting(repository, key);
  return before === after ? [] : [{ kind: "config", key, before, after }];
}

function notForGood(script: string) {
  const message = `this gate runs from a temporary place (${script}), so it was not recorded for the hooks of this clone. They look in node_modules/.bin and in PATH.`;
  const hint = "Install it for good, then run gate init again:  npm install --save-dev model-gate";
  return warning("not-wired", message, { hint });
}

/** Caches of npx, uvx, pnpm dlx and bunx, and temporary directories: gone tomorrow. */
const TEMPORARY =
  /\/_npx\/|\/uv\/archive-v\d+\/|\/archive-v\d+\/|\/dlx(-[^/]*)?\/|\/bunx-|^\/(private\/)?(var\/)?tmp\/|^\/(private\/)?var\/folders\//;

export function isTemporary(script: string, temporaryDirectory = tmpdir()): boolean {
  const path = script.replaceAll("\\", "/");
  return TEMPORARY.test(path) || path.startsWith(`${temporaryDirectory.replaceAll("\\", "/")}/`);
}
