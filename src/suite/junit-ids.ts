import { basename, isAbsolute, posix, relative } from "node:path";

interface JunitCaseName {
  readonly name: string;
  readonly classname: string;
  /** The `file` attribute of the case or of a suite around it. */
  readonly file: string | null;
  /** Names of the suites around it, outermost first. */
  readonly suites: readonly string[];
  readonly runner: JunitRunner;
}

/** Whose dialect it is; the name is what messages call the runner. */
export type JunitRunner = "pytest" | "vitest" | "node:test" | "the test runner";

/** `file`: that of the first case itself. */
export function runnerOf(
  rootName: string,
  { classname, file }: { readonly classname: string; readonly file: string | null },
  suites: readonly string[],
): JunitRunner {
  if (suites[0] === "pytest" || rootName.startsWith("pytest")) return "pytest";
  if (rootName.startsWith("vitest")) return "vitest";
  // Node 24 names the suites, as gotestsum and Playwright do of one, and the file, as these do not.
  const isNamedLikeSuites = classname !== "" && file !== null && classname === suites.join(".");
  const isNode = rootName === "" && (classname === "test" || isNamedLikeSuites);
  return isNode ? "node:test" : "the test runner";
}

/** The same id as the runner's own event reporter would give, as far as JUnit XML says enough. */
export function junitId(
  test: JunitCaseName,
  root: string | null,
): { readonly id: string; readonly file: string | null } {
  const file = test.file === null ? null : portableFile(test.file, root);
  switch (test.runner) {
    case "pytest":
      return pytestId(test, file);
    case "vitest":
      return { id: `${test.classname}::${test.name}`, file: test.classname };
    case "node:test": {
      const names = [...test.suites, test.name].join(" > ");
      return { id: file === null ? names : `${file}::${names}`, file };
    }
    case "the test runner":
      return {
        id: [file, group(test), test.name].filter((part) => part !== null && part !== "").join("::"),
        file,
      };
  }
}

/**
 * What a suite is called whose failure belongs to none of its tests. It stands for tests that nobody saw, as a file
 * does that cannot be loaded: without the `::` of a test, so that no wildcard excuses it.
 */
export function suiteId(
  suites: readonly string[],
  file: string | null,
  root: string | null,
): { readonly id: string; readonly file: string | null } {
  const path = file === null ? null : portableFile(file, root);
  const name = suites.filter((suite) => suite !== "").join(" > ");
  return { id: (name || path || "the report").replaceAll("::", " > "), file: path };
}

/** `tests.model.test_x.TestC` is the class TestC of tests/model/test_x.py. */
function pytestId({ classname, name }: JunitCaseName, file: string | null) {
  const parts = classname.split(".").filter((part) => part !== "");
  const named = file?.replace(/\.py$/, "").split("/") ?? null;
  const length = named !== null && startsWith(parts, named) ? named.length : moduleLength(parts);
  const path = file ?? (length === 0 ? null : `${parts.slice(0, length).join("/")}.py`);
  const id = [path, ...parts.slice(length), name].filter((part) => part !== null && part !== "").join("::");
  return { id, file: path };
}

function startsWith(parts: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((part, index) => parts[index] === part);
}

/** pytest does not say where the module ends: at the last test module, else before the first class. */
function moduleLength(parts: readonly string[]): number {
  const module = parts.findLastIndex((part) => /^test_|_test$/.test(part));
  if (module >= 0) return module + 1;
  const type = parts.findIndex((part) => /^[A-Z]/.test(part));
  return type < 0 ? parts.length : type;
}

/** Go's reports put the last part of the package into classname and all of it into the suite. */
function group({ classname, suites }: JunitCaseName): string {
  const suite = suites.at(-1) ?? "";
  if (classname === "") return suites.join(" > ");
  return suite.endsWith(`/${classname}`) ? suite : classname;
}

/** Nothing of this machine: relative to the top level, or else only the file's own name. */
function portableFile(file: string, root: string | null): string {
  const path = file.replaceAll("\\", "/");
  if (!isAbsolute(path) && !/^[A-Za-z]:\//.test(path)) return posix.normalize(path);
  const inside = root === null ? ".." : relative(root, path);
  return inside.startsWith("..") || isAbsolute(inside) ? basename(path) : inside.replaceAll("\\", "/");
}
