import { dirname } from "node:path";
import { shellWord } from "../shell-word.ts";
import type { Survey } from "./survey.ts";

/** The tests that init takes for the expensive ones, and the command that runs them with structured results. */
export interface TestSuite {
  readonly runner: "pytest" | "vitest" | "jest" | "node:test";
  /** The directory of the tests; null where they lie among the sources. */
  readonly directory: string | null;
  readonly run: string;
  readonly results: string | null;
}

const RESULTS = ".gate/results/model-tests.xml";

/** Directories that hold tests with a model, before those that hold any tests. */
const MODEL_DIRECTORIES = ["tests/model", "tests/models", "test/model", "tests/llm", "test/llm", "tests/gpu"];
const TEST_DIRECTORIES = [...MODEL_DIRECTORIES, "tests", "test"];

const MODEL_SCRIPT = /^test[:_-](models?|llm|gpu)$/;
const PYTHON_TEST = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;
const SCRIPT_TEST = /\.(test|spec)\.[cm]?[jt]sx?$/;

export function findTestSuite(survey: Survey): TestSuite | null {
  for (const directory of MODEL_DIRECTORIES) {
    const found = suiteIn(survey, directory);
    if (found !== null) return found;
  }
  const scripted = modelScript(survey);
  if (scripted !== null) return scripted;
  for (const directory of TEST_DIRECTORIES) {
    const found = suiteIn(survey, directory);
    if (found !== null) return found;
  }
  const besideSources = survey.files.some((path) => SCRIPT_TEST.test(path));
  const runner = scriptRunner(survey);
  return besideSources && (runner === "vitest" || runner === "jest")
    ? scriptSuite(survey, runner, null)
    : null;
}

function suiteIn(survey: Survey, directory: string): TestSuite | null {
  const files = survey.files.filter((path) => path.startsWith(`${directory}/`));
  if (files.some((path) => PYTHON_TEST.test(path))) return pytestSuite(survey, directory);
  const runner = scriptRunner(survey);
  if (runner === null) return null;
  if (runner === "node:test") return nodeSuite(files, directory);
  return files.some((path) => SCRIPT_TEST.test(path)) ? scriptSuite(survey, runner, directory) : null;
}

function pytestSuite(survey: Survey, directory: string): TestSuite {
  const run = `${pythonRunner(survey)} ${shellWord(directory)}`;
  return { runner: "pytest", directory, run, results: null };
}

function pythonRunner({ files, texts, virtualEnvironment }: Survey): string {
  if (files.includes("uv.lock")) return "uv run --locked pytest";
  if (files.includes("poetry.lock") || texts.get("pyproject.toml")?.includes("[tool.poetry]") === true) {
    return "poetry run pytest";
  }
  if (files.includes("pdm.lock")) return "pdm run pytest";
  if (files.includes("Pipfile")) return "pipenv run pytest";
  return virtualEnvironment === null ? "python -m pytest" : `${virtualEnvironment}/bin/python -m pytest`;
}

/** Without a runner of its own, a package's tests are taken for node:test's; mocha and the like are not known. */
function scriptRunner({ packageJson, files }: Survey): "vitest" | "jest" | "node:test" | null {
  if (!files.includes("package.json")) return null;
  const { dependencies, scripts } = packageJson;
  if (dependencies.has("vitest")) return "vitest";
  if (dependencies.has("jest")) return "jest";
  const others = ["mocha", "ava", "tap", "jasmine", "uvu"];
  const nodeTest = [...scripts.values()].some((script) => /\bnode\b.*\s--test\b/.test(script));
  return !nodeTest && others.some((name) => dependencies.has(name)) ? null : "node:test";
}

function scriptSuite(survey: Survey, runner: "vitest" | "jest", directory: string | null): TestSuite {
  const command = runner === "vitest" ? "vitest run" : "jest";
  const where = directory === null ? "" : ` ${shellWord(directory)}`;
  return withReporter(runner, `${packageRunner(survey)} ${command}${where}`, directory);
}

/** The shell expands the globs, so that every Node reads them alike. */
function nodeSuite(files: readonly string[], directory: string): TestSuite | null {
  const named = files.filter((path) => SCRIPT_TEST.test(path));
  const tests = named.length > 0 ? named : files.filter((path) => /(^|\/)test[-_][^/]*\.[cm]?js$/.test(path));
  const globs = new Set(tests.map((path) => `${shellWord(dirname(path))}/${globOf(path)}`));
  if (globs.size === 0) return null;
  return withReporter("node:test", `node --test ${[...globs].join(" ")}`, directory);
}

function globOf(path: string): string {
  const suffix = /(\.(test|spec))?\.[cm]?[jt]sx?$/.exec(path)?.[0] ?? "";
  return suffix.startsWith(".test") || suffix.startsWith(".spec") ? `*${suffix}` : `test[-_]*${suffix}`;
}

/** A script such as `test:model`, where it is one plain command of a runner that is known. */
function modelScript(survey: Survey): TestSuite | null {
  const [, script = ""] = [...survey.packageJson.scripts].find(([name]) => MODEL_SCRIPT.test(name)) ?? [];
  if (/[;&|<>`$\n]/.test(script)) return null;
  const directory = TEST_DIRECTORIES.find((one) => script.includes(one)) ?? null;
  const [program = ""] = script.split(/\s+/);
  if (program === "vitest") {
    const once = /^vitest\s+run\b/.test(script) ? script : script.replace(/^vitest/, "vitest run");
    return withReporter("vitest", `${packageRunner(survey)} ${once}`, directory);
  }
  if (program === "jest") return withReporter("jest", `${packageRunner(survey)} ${script}`, directory);
  const nodeTest = program === "node" && /\s--test\b/.test(script) && !script.includes("--test-reporter");
  return nodeTest ? withReporter("node:test", script, directory) : null;
}

function withReporter(
  runner: "vitest" | "jest" | "node:test",
  command: string,
  directory: string | null,
): TestSuite {
  if (runner === "vitest") {
    const run = `${command} --reporter=default --reporter=model-gate/vitest`;
    return { runner, directory, run, results: null };
  }
  if (runner === "jest") {
    const run = `JEST_JUNIT_OUTPUT_FILE=${RESULTS} ${command} --reporters=default --reporters=jest-junit`;
    return { runner, directory, run, results: RESULTS };
  }
  const reporters = [
    "--test-reporter=spec --test-reporter-destination=stdout",
    "--test-reporter=model-gate/node-test --test-reporter-destination=stderr",
  ];
  const run = command.replace(/\s--test(?=\s|$)/, ` --test ${reporters.join(" ")}`);
  return { runner, directory, run, results: null };
}

function packageRunner({ files }: Survey): string {
  if (files.includes("pnpm-lock.yaml")) return "pnpm exec";
  if (files.includes("yarn.lock")) return "yarn run";
  if (files.includes("bun.lock") || files.includes("bun.lockb")) return "bunx";
  return "npx --no-install";
}

/** Whether a suite needs what only the package itself brings. */
export function needsPackage({ runner }: TestSuite): boolean {
  return runner === "vitest" || runner === "node:test";
}
