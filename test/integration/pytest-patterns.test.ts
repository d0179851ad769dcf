import { join } from "node:path";
import { expect, it } from "vitest";
import {
  describeWithPython,
  PYTEST_VERSIONS,
  PYTHON_TIMEOUT,
  type PytestVersion,
  pytestEnvironment,
} from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const FILES = {
  "app/__init__.py": "",
  "app/core.py": "def answer(): return 42\n",
  "app/other.py": "",
  "tests/conftest.py": `
import pytest
from app.core import answer
@pytest.fixture
def model(): return answer
@pytest.fixture
def through(model): return model
@pytest.fixture(scope="session")
def session_model(): return answer
def pytest_runtest_makereport(item): pass
`,
  "tests/test_a.py": `
import pytest
@pytest.fixture
def local(): return 1
def test_pattern(): assert [1] == [1]
def test_pattern_with_fixture(tmp_path, local, monkeypatch): pass
def test_fixture(model): assert model() == 42
def test_fixture_of_fixture(through): assert through() == 42
def test_asks(request): assert request.getfixturevalue("model")() == 42
@pytest.mark.usefixtures("session_model")
def test_marked(): pass
class TestC:
    def test_pattern(self): pass
    def test_fixture(self, session_model): pass
`,
  "tests/test_imports.py": "from app import other\ndef test_one(): pass\ndef test_two(): pass\n",
  "tests/test_imports_conftest.py":
    "from tests.conftest import answer\ndef test_it(): assert answer() == 42\n",
  "tests/auto/conftest.py": `
import pytest
import app.core
@pytest.fixture(autouse=True)
def prepared(): pass
`,
  "tests/auto/test_auto.py": "def test_auto(): pass\n",
  "tests/hooks/conftest.py": `
import app.core
def pytest_runtest_setup(item): item.answer = app.core.answer()
`,
  "tests/hooks/test_hooks.py": "def test_hooked(): pass\n",
  "tests/cases/conftest.py": `
from app.core import answer
def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames: metafunc.parametrize("case", [answer])
`,
  "tests/cases/test_cases.py": "def test_case(case): assert case() == 42\ndef test_pattern(): pass\n",
  "conftest.py": "pytest_plugins = ['support.models']\n",
  "support/models.py": `
import pytest
from app.core import answer
@pytest.fixture
def of_plugin(): return answer
`,
  "tests/test_plugin.py": "def test_plugin(of_plugin): assert of_plugin() == 42\ndef test_pattern(): pass\n",
  "tests/__init__.py": "",
  "tests/auto/__init__.py": "",
  "tests/hooks/__init__.py": "",
  "tests/cases/__init__.py": "",
};

const PATTERNS = [
  "tests/cases/test_cases.py::test_pattern",
  "tests/test_a.py::TestC::test_pattern",
  "tests/test_a.py::test_pattern",
  "tests/test_a.py::test_pattern_with_fixture",
  "tests/test_plugin.py::test_pattern",
];

async function repository(version: PytestVersion, options = "") {
  const python = join(await pytestEnvironment(version), "bin/python");
  const rig = await Rig.create({ hooks: false });
  const suite = [
    `run: ${python} -m pytest tests${options}`,
    "inputs: [app, tests, support, conftest.py]",
    "pattern-tests: error",
  ];
  rig.write("gate.yaml", `version: 1\nsuites:\n  model-tests:\n    ${suite.join("\n    ")}\n`);
  rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n");
  for (const [path, content] of Object.entries(FILES)) rig.write(path, content);
  await rig.git("add", ".");
  return rig;
}

describeWithPython("pattern-tests: error, where a conftest.py imports the package", () => {
  it.each([
    ...PYTEST_VERSIONS.map((version) => [version, "alone", ""] as const),
    [9, "with xdist", " -n 2"] as const,
  ])(
    "names the tests that use nothing of it: pytest %i %s",
    { timeout: PYTHON_TIMEOUT },
    async (version, _how, options) => {
      const rig = await repository(version, options);
      const ended = await rig.gate("run");
      expect(ended.code).toBe(1);
      const named = [...ended.stderr.matchAll(/(\S+) executed no production file/g)].map(([, id]) => id);
      expect(named.toSorted()).toEqual(PATTERNS);
      const gaps = JSON.parse((await rig.gate("gaps", "--json")).stdout);
      expect(gaps.suites[0].patternTests).toMatchObject({ source: "reads", of: 17, tests: PATTERNS });
      expect(gaps.suites[0].reads.unread).toBe(0);
    },
  );

  it("says of a change which tests are touched by it", { timeout: PYTHON_TIMEOUT }, async () => {
    const rig = await repository(9);
    rig.write("gate.yaml", rig.read("gate.yaml").replace("pattern-tests: error", "pattern-tests: allow"));
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.git("commit", "-qm", "evidence");
    rig.write("tests/conftest.py", `${FILES["tests/conftest.py"]}\n`);
    rig.write("app/core.py", "def answer(): return 6 * 7\n");
    await rig.git("add", ".");
    const { stdout } = await rig.gate("status");
    expect(stdout).toContain("modified  tests/conftest.py  (all 17 tests read it)");
    expect(stdout).toContain("modified  app/core.py  (10 of 17 tests read it)");
  });
});
