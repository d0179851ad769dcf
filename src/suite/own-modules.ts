/** Directories that stand on Python's search path without being packages themselves. */
const SEARCHED = ["", "src", "lib", "python"];
const SOURCE = /^(.*?)([^/]+)\.(?:py|pyx)$/;
/** pytest finds these by their places, wherever others of their names are. */
const TEST_MODULE = /^(?:conftest|test_.*|.*_test)$/;

/**
 * The Python modules that files of a repository are, by name: `app.core` for `src/app/core.py`. A package's
 * root is above its topmost `__init__.py`; without one, it is where projects keep what is imported. Test modules
 * are none.
 */
export function ownModules(paths: readonly string[]): ReadonlyMap<string, string> {
  const files = new Set(paths);
  return new Map(
    paths.flatMap((path) => {
      const match = SOURCE.exec(path);
      if (match === null) return [];
      const [, folder = "", stem = ""] = match;
      if (TEST_MODULE.test(stem)) return [];
      const root = searchedRoot(folder.replace(/\/$/, ""), files);
      if (root === null) return [];
      const below = root === "" ? folder : folder.slice(root.length + 1);
      const name = `${below}${stem}`.replaceAll("/", ".").replace(/\.__init__$/, "");
      return name === "__init__" ? [] : [[name, path] as const];
    }),
  );
}

/** Where Python has to look for what is in a folder; null where that cannot be told. */
function searchedRoot(folder: string, files: ReadonlySet<string>): string | null {
  let root = folder;
  while (root !== "" && files.has(`${root}/__init__.py`)) root = parentOf(root);
  if (root !== folder || SEARCHED.includes(root)) return root;
  // a package without __init__.py
  const searched = SEARCHED.slice(1).find((one) => root.startsWith(`${one}/`));
  return searched ?? (root.includes("/") ? null : "");
}

function parentOf(folder: string): string {
  return folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : "";
}
