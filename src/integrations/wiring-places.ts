import { exactly } from "../fingerprint/pathspecs.ts";

const HOOKS = [
  "pre-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-merge-commit",
  "pre-push",
] as const;

/** Directories that people point core.hooksPath at; husky's is one of them. */
const HOOK_FOLDERS =
  ".husky .githooks githooks .git-hooks git-hooks .git_hooks git_hooks .hooks hooks .config/hooks .config/git/hooks scripts/hooks scripts/githooks scripts/git-hooks tools/hooks tools/githooks tools/git-hooks dev/hooks dev/git-hooks etc/hooks etc/git-hooks build/hooks ci/hooks contrib/hooks contrib/git-hooks misc/hooks bin/hooks support/hooks .github/hooks".split(
    " ",
  );
const SCRIPT_FOLDERS = ["scripts", "tools", "bin", "dev", "ci", ".ci", "script"];

const LEFTHOOK = ["", ".config/"].flatMap((folder) =>
  ["lefthook", ".lefthook"].flatMap((name) =>
    ["yml", "yaml", "json", "jsonc"].map((end) => `${folder}${name}.${end}`),
  ),
);
const FRAMEWORK = [".pre-commit-config.yaml", ".pre-commit-config.yml"];
const PACKAGE = [
  "package.json",
  ".simple-git-hooks.json",
  "simple-git-hooks.json",
  ".huskyrc",
  ".huskyrc.json",
];
const PIPELINES =
  ".gitlab-ci.yml .gitlab-ci.yaml .circleci/config.yml .circleci/config.yaml .drone.yml .travis.yml .cirrus.yml .woodpecker.yml .woodpecker.yaml azure-pipelines.yml azure-pipelines.yaml .azure-pipelines.yml bitbucket-pipelines.yml cloudbuild.yaml cloudbuild.yml captainhook.json .overcommit.yml .buildkite/pipeline.yml .buildkite/pipeline.yaml".split(
    " ",
  );
const WORKFLOW_FOLDERS =
  ".github/workflows .gitea/workflows .forgejo/workflows .gitlab .gitlab/ci .woodpecker .buildkite .azure .azure-pipelines".split(
    " ",
  );
const QUOTED = ["Jenkinsfile", "lefthook.toml", ".lefthook.toml", ".config/lefthook.toml", "prek.toml"];

/** By their whole paths. */
export const WIRING_FILES: readonly string[] = [
  ...[...LEFTHOOK, ...FRAMEWORK, ...PACKAGE, ...PIPELINES, ...QUOTED],
  ...["", ...SCRIPT_FOLDERS.map((folder) => `${folder}/`)].flatMap((folder) =>
    HOOKS.flatMap((name) => [`${folder}${name}`, `${folder}${name}.sh`]),
  ),
];

/** Every file in them counts, and none further below. */
export const WIRING_FOLDERS: readonly string[] = [...HOOK_FOLDERS, ...WORKFLOW_FOLDERS];

/** Each has a folder of its own, with a file of this name. */
export const ACTIONS_FOLDER = ".github/actions";
export const ACTION_FILE = /^\.github\/actions\/[^/]+\/action\.y[^/]*$/;

/** The same for git, to select files on disk. */
export const WIRING_PATHSPECS: readonly string[] = [
  ...WIRING_FILES.map(exactly),
  ...WIRING_FOLDERS.map((folder) => `:(top,glob)${folder}/*`),
  `:(top,glob)${ACTIONS_FOLDER}/*/action.y*`,
];

/** Whether a file is a hook of git's, in one of the places where people keep them. */
export function isHookFile(path: string): boolean {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const known = folder === "" || HOOK_FOLDERS.includes(folder) || SCRIPT_FOLDERS.includes(folder);
  return known && readerFor(path) === "hook";
}

/** Files in which commands stand as hooks beside other settings. */
export const PACKAGE_FILES: readonly string[] = PACKAGE;

/** Who reads a file. */
type Reader = "lefthook" | "framework" | "package" | "workflow" | "quoted" | "hook";

/** null where it runs nothing. */
export function readerFor(path: string): Reader | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (LEFTHOOK.includes(path)) return "lefthook";
  if (FRAMEWORK.includes(path)) return "framework";
  if (PACKAGE.includes(path)) return "package";
  if (QUOTED.includes(path)) return "quoted";
  if (HOOKS.some((hook) => name === hook || name === `${hook}.sh`)) return "hook";
  return PIPELINES.includes(path) || /\.(?:ya?ml|json)$/.test(name) ? "workflow" : null;
}
