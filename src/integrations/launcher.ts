import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
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
  if (willBeGone(repository, launcher.script)) {
    return plan({ problems: [notForGood(launcher.script, await howToInstall(repository, launcher.script))] });
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

/** What lies in the worktree lives as long as it does, wherever that is. */
function willBeGone({ topLevel }: Worktree, script: string): boolean {
  return !script.startsWith(`${topLevel}/`) && isTemporary(script);
}

/** What makes the hooks start this gate: `init` does not record one that will be gone. */
export async function howToRecord(worktree: Worktree, script: string): Promise<string> {
  if (!willBeGone(worktree, script)) return "gate init";
  const install = await howToInstall(worktree, script);
  return `Install gate at a lasting place first, this one is temporary:  ${install};  then:  gate init`;
}

/** As gate came; npm puts it into a project that is npm's, and elsewhere beside the user's other commands. */
async function howToInstall({ topLevel }: Worktree, script: string): Promise<string> {
  if (isPythonPackage(script)) return "uv tool install model-gate   (or: pipx install model-gate)";
  const npm = (await kindOf(join(topLevel, "package.json"))) !== "absent";
  return npm ? "npm install --save-dev model-gate" : "npm install --global model-gate";
}

function notForGood(script: string, install: string) {
  const message = `this gate runs from a temporary place (${script}), so it was not recorded for the hooks of this clone. They look in node_modules/.bin, .venv/bin and PATH.`;
  const hint = `Install it for good, then run gate init again:  ${install}`;
  return warning("not-wired", message, { hint });
}

/** Whether gate came as a wheel, which brings a Node of its own. */
function isPythonPackage(script: string): boolean {
  return /\/(site|dist)-packages\/model_gate\//.test(slashed(script));
}

/** Gone tomorrow. */
const TEMPORARY = [
  // npx, bunx, pnpm dlx and yarn dlx
  /\/_npx\/|\/bunx-|\/dlx(-[^/]*)?\//,
  // uvx, and pipx run, old and new
  /\/archive-v\d+\/|\/pipx\/\.cache\/|\/\.cache\/pipx\/|\/Caches\/pipx\/|\/pipx\/Cache\//,
  // what the pre-commit framework installs for a hook of its own
  /\/(py|node)_env-[^/]*\//,
  /^\/(private\/)?(var\/)?tmp\/|^\/(private\/)?var\/folders\//,
];

export function isTemporary(script: string, temporaryDirectory = tmpdir()): boolean {
  const path = slashed(script);
  return (
    TEMPORARY.some((pattern) => pattern.test(path)) || path.startsWith(`${slashed(temporaryDirectory)}/`)
  );
}

const slashed = (path: string) => path.replaceAll("\\", "/");
