const TEST_DIRECTORIES: ReadonlySet<string> = new Set(["test", "tests", "testing", "__tests__"]);

const TEST_FILE = /^(?:test_.*\.pyw?|.*_test\.pyw?|conftest\.py|.*\.(?:test|spec)\.[cm]?[jt]sx?)$/;

/** What runners, installers and checkers read of every project, so that to read it says nothing about a test. */
const PROJECT_FILE =
  /^(?:gate\.yaml|pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|pytest\.ini|\.coveragerc|(?:uv|poetry|pdm|yarn)\.lock|requirements.*\.(?:txt|in)|package(?:-lock)?\.json|pnpm-lock\.yaml|[jt]sconfig.*\.json|.*\.config\.[cm]?[jt]s)$/;

/**
 * Whether a file is what tests are there for: not a test itself, not what tests need (anything below a directory
 * named test, tests, testing or __tests__), and not the project's own settings. By its path alone, relative to the
 * top level.
 */
export function isProductionFile(path: string): boolean {
  // git quotes unusual paths
  const directories = path.replace(/^"|"$/g, "").split("/");
  const name = directories.pop() ?? "";
  if (directories.some((directory) => TEST_DIRECTORIES.has(directory))) return false;
  return !TEST_FILE.test(name) && !PROJECT_FILE.test(name);
}
