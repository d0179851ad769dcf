import { posix } from "node:path";
import type { Worktree } from "../adapters/git/repository.ts";
import { type Survey, surveyFolder } from "./survey.ts";
import { findTestSuite } from "./test-suite.ts";

/** A project that lies below the top level, surveyed as if its folder was the repository. */
export interface NestedProject {
  readonly folder: string;
  readonly survey: Survey;
}

const PYTHON_PROJECT = /^(pyproject\.toml|setup\.(py|cfg)|pytest\.ini|tox\.ini|requirements[\w.-]*\.txt)$/;
const DEEPEST = 3;
/** Projects in there are samples, or somebody else's. */
const NOT_OURS =
  /(^|\/)(vendor|third[-_]party|node_modules|examples?|samples?|templates?|fixtures?|docs?)(\/|$)/;
/** What a pattern of gate.yaml cannot name, or would read as something else. */
const UNUSUAL = /^[!:]|[\\\n]/;

/** The only folder of a Python project that has tests; null where there is none, or several. */
export async function findNestedProject(worktree: Worktree, survey: Survey): Promise<NestedProject | null> {
  const folders = new Set(
    survey.files
      .filter((path) => PYTHON_PROJECT.test(posix.basename(path)))
      .map((path) => posix.dirname(path)),
  );
  const candidates = [...folders].filter(
    (folder) =>
      folder !== "." &&
      folder.split("/").length <= DEEPEST &&
      !UNUSUAL.test(folder) &&
      !NOT_OURS.test(folder) &&
      findTestSuite(withoutFolder(survey, folder))?.runner === "pytest",
  );
  const [folder] = candidates;
  if (folder === undefined || candidates.length > 1) return null;
  return { folder, survey: await surveyFolder(worktree, survey.files, folder) };
}

function withoutFolder({ files }: Survey, folder: string): Survey {
  const inside = files.flatMap((path) =>
    path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
  );
  const packageJson = { scripts: new Map(), dependencies: new Set<string>() };
  return { files: inside, texts: new Map(), packageJson, virtualEnvironment: null };
}
