import { relative, resolve, sep } from "node:path";
import { existingRealPath } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import { hooksDirectory } from "../adapters/git/hooks-directory.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Survey } from "./survey.ts";

/** How the repository already uses git's hooks. Folders are relative to the top level. */
export type HookWay =
  /** husky 9: its own scripts in `folder/_`, the user's in `folder`. */
  | { readonly kind: "husky"; readonly folder: string; readonly installed: boolean }
  /** A folder of the working tree, for `core.hooksPath` to name: that setting comes with no clone. */
  | { readonly kind: "hooks-path"; readonly folder: string; readonly installed: boolean }
  /** Git's own directory, for this clone alone. */
  | { readonly kind: "plain"; readonly directory: string }
  | { readonly kind: "lefthook"; readonly file: string }
  | { readonly kind: "pre-commit-framework"; readonly file: string }
  /** Somewhere that init does not edit. */
  | { readonly kind: "elsewhere"; readonly place: string; readonly reason: string };

const LEFTHOOK = /^(\.config\/)?\.?lefthook\.(ya?ml|toml|jsonc?)$/;

/** What gate copies beside the hooks of a folder. */
const OWN_COPY = /^(.+)\/gate\/launch$/;

export async function findHookWay(worktree: Worktree, survey: Survey): Promise<HookWay> {
  const directory = await existingRealPath(await hooksDirectory(worktree));
  const top = await existingRealPath(worktree.topLevel);
  const common = await existingRealPath(worktree.commonDirectory);
  const usual = await existingRealPath(resolve(worktree.commonDirectory, "hooks"));
  if (directory !== usual) {
    const folder = relative(top, directory).split(sep).join("/");
    if (isInside(common, directory)) return { kind: "plain", directory };
    if (folder === "" || !isInside(top, directory)) return outside(directory);
    const husky = folder.endsWith("/_");
    return husky
      ? { kind: "husky", folder: folder.slice(0, -2), installed: await isInstalled(directory) }
      : { kind: "hooks-path", folder, installed: true };
  }
  return declaredWay(survey) ?? { kind: "plain", directory };
}

/** The ways that a clone may have by its files, before anything is installed in it. */
function declaredWay({ files, packageJson }: Survey): HookWay | null {
  const prepares = ["prepare", "postinstall"].some((name) =>
    /\bhusky\b/.test(packageJson.scripts.get(name) ?? ""),
  );
  if (prepares || files.some((path) => path.startsWith(".husky/"))) {
    return { kind: "husky", folder: ".husky", installed: false };
  }
  // lefthook's copies have no hook of git's beside them
  const folder = files
    .flatMap((path) => OWN_COPY.exec(path)?.[1] ?? [])
    .find((found) => files.includes(`${found}/pre-commit`));
  if (folder !== undefined) return { kind: "hooks-path", folder, installed: false };
  const lefthook = files.find((path) => LEFTHOOK.test(path));
  if (lefthook !== undefined) {
    if (/\.ya?ml$/.test(lefthook)) return { kind: "lefthook", file: lefthook };
    return { kind: "elsewhere", place: lefthook, reason: "init edits only the YAML form of lefthook's file" };
  }
  const framework = files.find((path) => path === ".pre-commit-config.yaml");
  return framework === undefined ? null : { kind: "pre-commit-framework", file: framework };
}

function outside(directory: string): HookWay {
  const reason = "core.hooksPath leads out of this repository, so other repositories may share these hooks";
  return { kind: "elsewhere", place: directory, reason };
}

const isInside = (directory: string, path: string) =>
  path === directory || path.startsWith(`${directory}${sep}`);

/** `_` is ignored by git, so a fresh clone and a linked worktree do not have it. */
async function isInstalled(directory: string): Promise<boolean> {
  return (await kindOf(directory)) === "directory";
}
