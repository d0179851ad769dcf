import { join } from "node:path";
import { readEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import { stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { untrackedFiles } from "../adapters/git/worktree.ts";

/** What `gate init` looks at: which files the repository has, and what its project files say. */
export interface Survey {
  /** Tracked files and those that could be, sorted; names that are not UTF-8 left out. */
  readonly files: readonly string[];
  /** Text of the project files at the top level, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly packageJson: PackageJson;
  /** The folder of a Python environment of the project's own; git ignores it. */
  readonly virtualEnvironment: string | null;
}

export interface PackageJson {
  readonly scripts: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlySet<string>;
}

const PROJECT_FILE = /^(package\.json|pyproject\.toml|Pipfile|setup\.(py|cfg)|requirements[\w.-]*\.txt)$/;

export async function surveyRepository(worktree: Worktree): Promise<Survey> {
  const [staged, untracked] = await Promise.all([
    stagedEntries(worktree, []),
    untrackedFiles(worktree, { ignored: false }),
  ]);
  const all = new Set([...staged.map(({ path }) => path), ...untracked]);
  const files = [...all].filter((path) => !path.startsWith('"')).sort();
  return surveyFolder(worktree, files, "");
}

/** Of a folder alone, as if it was the repository; "" is the whole. */
export async function surveyFolder(
  { topLevel }: Worktree,
  all: readonly string[],
  folder: string,
): Promise<Survey> {
  const inside = folder === "" ? "" : `${folder}/`;
  const files = all.flatMap((path) => (path.startsWith(inside) ? [path.slice(inside.length)] : []));
  const texts = new Map<string, string>();
  for (const path of files.filter((one) => PROJECT_FILE.test(one))) {
    const file = await readEditable(topLevel, `${inside}${path}`);
    if (file.ok && file.value.text !== null) texts.set(path, file.value.text);
  }
  return {
    files,
    texts,
    packageJson: readPackageJson(texts.get("package.json")),
    virtualEnvironment: await findVirtualEnvironment(join(topLevel, folder)),
  };
}

async function findVirtualEnvironment(directory: string): Promise<string | null> {
  for (const folder of [".venv", "venv"]) {
    if ((await kindOf(join(directory, folder, "bin/python"))) !== "absent") return folder;
  }
  return null;
}

/** A package.json that cannot be read is the package manager's to complain about. */
function readPackageJson(text: string | undefined): PackageJson {
  let content: unknown = null;
  try {
    content = JSON.parse(text ?? "null");
  } catch {
    // stays null
  }
  const groups = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  const scripts = entriesOf(member(content, "scripts")).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const names = groups.flatMap((group) => entriesOf(member(content, group)).map(([name]) => name));
  return { scripts: new Map(scripts), dependencies: new Set(names) };
}

function member(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1];
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
