import type { Survey } from "./survey.ts";
import type { TestSuite } from "./test-suite.ts";

const SOURCE =
  /\.(py|pyx|[cm]?[jt]sx?|c|cc|cpp|cxx|cu|cuh|h|hh|hpp|rs|go|java|kt|swift|zig|proto|jinja2?|gbnf)$/;

/** Directories beside the sources whose files decide what a model does. */
const MATERIAL =
  /^(prompts?|system[-_]prompts|personas?|grammars?|data|configs?|templates|schemas|resources|tools)$/;

/** Directories at the top level whose code no suite of a product runs. */
const NOT_SOURCES =
  /^(tests?|spec|docs?|examples?|samples|demos?|scripts|bench(marks?)?|ci|hooks|node_modules|dist|build|out|target|coverage|vendor|third[-_]party|notebooks)$/;

const PROJECT = [
  /^(pyproject\.toml|setup\.(py|cfg)|pytest\.ini|tox\.ini|conftest\.py|\.python-version)$/,
  /^(uv\.lock|poetry\.lock|pdm\.lock|Pipfile(\.lock)?|requirements[\w.-]*\.txt)$/,
  /^package\.json$/,
  /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/,
  /^(tsconfig[\w.-]*\.json|(vitest|vite|jest)\.config\.[cm]?[jt]s|\.nvmrc|\.node-version)$/,
  /^(CMakeLists\.txt|Cargo\.(toml|lock)|go\.(mod|sum))$/,
];

/** What the tests of a subdirectory share with it, in the directories above. */
const SHARED = /^(conftest\.py|__init__\.py|fixtures|data|helpers|support|rig|setup\.[cm]?[jt]s)$/;

/** The patterns for `inputs:`: each names files that the repository has, none lies in the reports. */
export function proposeInputs(survey: Survey, suite: TestSuite, reports: string): readonly string[] {
  const files = survey.files.filter((path) => !path.startsWith(`${reports}/`));
  const top = [...new Set(files.map((path) => path.split("/")[0] ?? path))];
  const isDirectory = (name: string) => files.some((path) => path.startsWith(`${name}/`));
  const directories = top.filter((name) => isDirectory(name) && !name.startsWith("."));
  const holdsSource = (name: string) =>
    files.some((path) => path.startsWith(`${name}/`) && SOURCE.test(path));
  const sources = directories.filter(
    (name) => !NOT_SOURCES.test(name) && !MATERIAL.test(name) && holdsSource(name),
  );
  const material = directories.filter((name) => MATERIAL.test(name));
  const single = top.filter((name) => !isDirectory(name));
  const project = single.filter((name) => PROJECT.some((known) => known.test(name)));
  const loose = single.filter((name) => SOURCE.test(name) && !project.includes(name) && !isTooling(name));
  const names = [
    ...sources,
    ...material,
    ...loose,
    ...testInputs(files, suite),
    ...PROJECT.flatMap((known) => project.filter((name) => known.test(name))),
  ];
  const patterns = names.filter(isPlain).map(literal);
  return [...new Set(patterns), ...withoutReadme(files, [...sources, ...material])];
}

function testInputs(files: readonly string[], { directory }: TestSuite): readonly string[] {
  if (directory === null) return [];
  const shared = above(directory).flatMap((parent) => {
    const inside = files.filter((path) => path.startsWith(`${parent}/`));
    const names = new Set(inside.map((path) => path.slice(parent.length + 1).split("/")[0] ?? ""));
    return [...names].filter((name) => SHARED.test(name)).map((name) => `${parent}/${name}`);
  });
  return [directory, ...shared];
}

function above(directory: string): readonly string[] {
  const parent = directory.slice(0, Math.max(0, directory.lastIndexOf("/")));
  return parent === "" ? [] : [parent, ...above(parent)];
}

/** Settings of linters, bundlers and the like at the top level are no input of a model's tests. */
const isTooling = (name: string) => /(\.config\.[cm]?[jt]s|rc\.[cm]?js|file\.(py|[cm]?[jt]s))$/i.test(name);

function withoutReadme(files: readonly string[], directories: readonly string[]): readonly string[] {
  const found = files.some(
    (path) => directories.some((name) => path.startsWith(`${name}/`)) && /\/README\.md$/.test(path),
  );
  return found ? ["!**/README.md"] : [];
}

/** Not one that a pattern would read as something else. */
const isPlain = (name: string) => !/^[!:]|\\|\n/.test(name);

/** A name as a pattern that matches only itself. */
export function literal(name: string): string {
  return name.replaceAll(/[*?[\]]/g, (character) => `[${character}]`);
}
