import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../../../src/config/parse.ts";
import { proposeGateYaml } from "../../../src/integrations/gate-yaml.ts";
import type { PackageJson, Survey } from "../../../src/integrations/survey.ts";

interface Package {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly string[];
}

function survey(
  files: readonly string[],
  texts: Readonly<Record<string, string>> = {},
  npm: Package = {},
  virtualEnvironment: string | null = null,
): Survey {
  const packageJson: PackageJson = {
    scripts: new Map(Object.entries(npm.scripts ?? {})),
    dependencies: new Set(npm.dependencies ?? []),
  };
  return { files: [...files].sort(), texts: new Map(Object.entries(texts)), packageJson, virtualEnvironment };
}

function proposed(given: Survey) {
  const proposal = proposeGateYaml(given);
  if (proposal === null) throw new Error("nothing was proposed");
  const parsed = parseConfiguration(Buffer.from(proposal.text));
  const suite = parsed.ok ? parsed.value.suites[0] : undefined;
  if (suite === undefined) throw new Error("the proposal is not valid");
  const inputs = suite.inputs.map(({ glob, exclude }) => `${exclude ? "!" : ""}${glob}`);
  return { ...suite, inputs, text: proposal.text };
}

const PYTHON = ["pyproject.toml", "src/app/router.py", "tests/model/test_routing.py", "tests/conftest.py"];

describe("the proposed gate.yaml for pytest", () => {
  it.each([
    ["uv.lock", "uv run --locked pytest"],
    ["poetry.lock", "poetry run pytest"],
    ["pdm.lock", "pdm run pytest"],
    ["Pipfile", "pipenv run pytest"],
    ["requirements.txt", "python -m pytest"],
  ])("with %s runs it through what installs it; gate's plugin tells the results", (lock, start) => {
    const suite = proposed(survey([...PYTHON, lock]));
    expect(suite.run).toBe(`${start} tests/model`);
    expect(suite.results).toBeNull();
    expect(suite.inputs).toContain(lock);
  });

  it.each([
    ["requirements.txt", ".venv/bin/python -m pytest"],
    ["uv.lock", "uv run --locked pytest"],
    ["poetry.lock", "poetry run pytest"],
  ])("takes the Python of .venv, unless %s says what starts it", (file, start) => {
    const suite = proposed(survey([...PYTHON, file], {}, {}, ".venv"));
    expect(suite.run).toBe(`${start} tests/model`);
  });

  it("names sources, material, tests with what they share, and lock files, and nothing else", () => {
    const files = [
      ...PYTHON,
      ...["uv.lock", "prompts/system.md", "grammars/call.gbnf", "data/tiers.json", "engine/core.cpp"],
      ...["docs/guide.md", "README.md", "scripts/release.py", "examples/demo.py", ".github/workflows/ci.yml"],
      ...["node_modules/x/index.js", "dist/app.py", "noxfile.py", "main.py", "src/README.md"],
      ...["tests/unit/test_small.py", "tests/fixtures/long.txt", "test-reports/model-tests.hash"],
    ];
    expect(proposed(survey(files)).inputs).toEqual([
      ...["engine", "src", "data", "grammars", "prompts", "main.py"],
      ...["tests/model", "tests/conftest.py", "tests/fixtures", "pyproject.toml", "uv.lock", "!**/README.md"],
    ]);
  });

  it("takes all tests where none are set apart for the model", () => {
    const suite = proposed(survey(["requirements.txt", "app/x.py", "tests/test_x.py"]));
    expect(suite.run).toBe("python -m pytest tests");
    expect(suite.inputs).toEqual(["app", "tests", "requirements.txt"]);
  });

  it.each([
    ["a requirement", { "pyproject.toml": '[project]\ndependencies = ["torch>=2", "x"]\n' }, "required"],
    [
      "an extra on one line",
      { "pyproject.toml": "[project]\ndependencies = ['x','vllm[audio]']\n" },
      "required",
    ],
    ["a poetry table", { "pyproject.toml": '[tool.poetry.dependencies]\njax = "^0.4"\n' }, "required"],
    ["requirements.txt", { "requirements.txt": "numpy\nllama_cpp_python==0.2\n" }, "required"],
    ["a comment", { "requirements.txt": "# torch\nnumpy\n" }, "none"],
    ["a longer name", { "requirements.txt": "torchlike\npytorch-docs\n" }, "none"],
  ])("reads from %s whether a GPU is needed", (_where, texts, gpu) => {
    expect(proposed(survey(PYTHON, texts)).gpu).toBe(gpu);
  });
});

describe("the proposed gate.yaml for a package", () => {
  const files = [
    "package.json",
    "package-lock.json",
    "src/a.ts",
    "tests/model/a.test.ts",
    "tests/model/b.test.ts",
  ];

  it("gives node:test its reporters before the files, which the shell expands", () => {
    const suite = proposed(survey(files, {}, {}));
    expect(suite.run).toBe(
      "node --test --test-reporter=spec --test-reporter-destination=stdout " +
        "--test-reporter=model-gate/node-test --test-reporter-destination=stderr tests/model/*.test.ts",
    );
    expect(suite.results).toBeNull();
    expect(suite.inputs).toEqual(["src", "tests/model", "package.json", "package-lock.json"]);
  });

  it("gives vitest its reporter, through the package manager in use", () => {
    const npm = { dependencies: ["vitest"] };
    const reporters = "--reporter=default --reporter=model-gate/vitest";
    expect(proposed(survey(files, {}, npm)).run).toBe(`npx --no-install vitest run tests/model ${reporters}`);
    const pnpm = survey([...files, "pnpm-lock.yaml"], {}, npm);
    expect(proposed(pnpm).run).toBe(`pnpm exec vitest run tests/model ${reporters}`);
  });

  it("asks jest for JUnit XML", () => {
    const suite = proposed(survey(files, {}, { dependencies: ["jest"] }));
    expect(suite.run).toContain("JEST_JUNIT_OUTPUT_FILE=.gate/results/model-tests.xml");
    expect(suite.results).toBe(".gate/results/model-tests.xml");
  });

  it("builds on a script for the model's tests, where it is one plain command", () => {
    const script = { "test:model": "node --test checks/*.mjs" };
    expect(proposed(survey(["package.json", "src/a.js"], {}, { scripts: script })).run).toMatch(
      /^node --test --test-reporter=.* checks\/\*\.mjs$/,
    );
    const composed = { "test:model": "build && node --test checks/*.mjs" };
    expect(proposeGateYaml(survey(["package.json", "src/a.js"], {}, { scripts: composed }))).toBeNull();
  });
});

describe("the proposal", () => {
  it.each([
    ["nothing at all", []],
    ["tests of an unknown kind", ["tests/model/routing.rb"]],
    ["a package without tests", ["package.json", "src/a.js"]],
  ])("is none for %s", (_what, files) => {
    expect(proposeGateYaml(survey(files))).toBeNull();
  });

  it("keeps off a directory of reports that are not gate's", () => {
    expect(proposed(survey([...PYTHON, "test-reports/junit.xml"])).reports).toBe("model-test-reports");
    expect(proposed(survey([...PYTHON, "test-reports/model-tests.hash"])).reports).toBe("test-reports");
  });

  it("survives names that mean something to a pattern, to YAML or to the shell", () => {
    const files = [
      ...PYTHON,
      "a [b]/x.py",
      "!x/y.py",
      ":z/y.py",
      "- y/z.py",
      "it's/x.py",
      "tests/model/sub dir/test_a.py",
    ];
    const suite = proposed(survey(files));
    expect(suite.inputs).toEqual(expect.arrayContaining(["a [[]b[]]", "- y", "it's", "src"]));
    expect(suite.inputs.some((pattern) => /^!x|^:z/.test(pattern))).toBe(false);
  });
});
