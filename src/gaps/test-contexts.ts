/** A context of coverage.py that is a test: `tests/test_a.py::test_x|run` or `tests.test_a.test_x`. */
export interface TestContext {
  /** As tests are called in the report, with neither a phase nor a static context. */
  readonly name: string;
  /** Whether it is a node id, of pytest-cov; else a dotted name, of `dynamic_context = test_function`. */
  readonly isNodeId: boolean;
}

const PHASE = /\|(?:setup|run|teardown)$/;

/** null for what is no test: the empty context of imports, or a static one such as `py311`. */
export function testContext(context: string): TestContext | null {
  const name = context.replace(PHASE, "");
  const separator = name.indexOf("::");
  if (separator >= 0) {
    const start = name.lastIndexOf("|", separator) + 1;
    return { name: name.slice(start), isNodeId: true };
  }
  const dotted = name.slice(name.lastIndexOf("|") + 1);
  return TEST_FUNCTION.test(dotted) ? { name: dotted, isNodeId: false } : null;
}

/** Reads the tests out of the contexts of one file after another: each test once, and the same object each time. */
export function testReader(): (contexts: readonly string[]) => readonly TestContext[] {
  const byContext = new Map<string, TestContext | null>();
  const byName = new Map<string, TestContext>();
  const read = (context: string) => {
    const found = testContext(context);
    if (found !== null) byName.set(found.name, byName.get(found.name) ?? found);
    const test = found === null ? null : (byName.get(found.name) ?? found);
    byContext.set(context, test);
    return test;
  };
  return (contexts) => {
    const tests = new Set<TestContext>();
    for (const context of contexts) {
      const known = byContext.get(context);
      const test = known === undefined ? read(context) : known;
      if (test !== null) tests.add(test);
    }
    return [...tests];
  };
}

/** What coverage.py itself takes for a test, behind the name of its module. */
const TEST_FUNCTION = /\.(?:test[^.]*|runTest)$/;

/** Ids of tests, found again by the names that contexts have. */
export class TestsByContext {
  readonly #byNodeId = new Map<string, string[]>();
  readonly #byDottedName = new Map<string, string[]>();
  readonly #byFunction = new Map<string, string[]>();

  constructor(ids: Iterable<string>) {
    for (const id of ids) {
      const parts = partsOf(id);
      for (const path of suffixes(parts.path, "/")) add(this.#byNodeId, `${path}${parts.rest}`, id);
      const module = parts.path.replace(/\.py$/, "").replaceAll("/", ".");
      for (const name of suffixes(module, ".")) add(this.#byDottedName, `${name}.${parts.dotted}`, id);
      add(this.#byFunction, parts.function, id);
    }
  }

  /**
   * The tests that a context can be of. A method that a test class inherits runs under the name of another class or
   * module, so that only the function's own name is left: then all tests of that name count.
   */
  of({ name, isNodeId }: TestContext): readonly string[] {
    if (isNodeId) return this.#byNodeId.get(name) ?? [];
    return this.#byDottedName.get(name) ?? this.#byFunction.get(name.slice(name.lastIndexOf(".") + 1)) ?? [];
  }
}

function partsOf(id: string) {
  const separator = id.includes("::") ? id.indexOf("::") : id.length;
  const rest = id.slice(separator);
  const bracket = rest.indexOf("[");
  const names = (bracket === -1 ? rest : rest.slice(0, bracket)).split("::").slice(1);
  return { path: id.slice(0, separator), rest, dotted: names.join("."), function: names.at(-1) ?? "" };
}

/** `a/b/c`, `b/c`, `c`: names may count from any directory. */
function suffixes(path: string, separator: string): string[] {
  const parts = path.split(separator);
  return parts.map((_, index) => parts.slice(index).join(separator));
}

function add(map: Map<string, string[]>, key: string, id: string): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}
