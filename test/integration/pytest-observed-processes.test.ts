import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const PLUGIN = join(import.meta.dirname, "../../plugins/pytest");
const settings = { observe: true, ownModules: ["app", "lone"] };

describeWithPython("what is seen", { timeout: PYTHON_TIMEOUT }, () => {
  it.each(PYTEST_VERSIONS)(
    "does not need the start-up hook, which a sitecustomize of the project hides, in pytest %i",
    async (version) => {
      const project = await PytestProject.create(version);
      project.write({
        "pytest.ini": "[pytest]\n",
        "src/sitecustomize.py": "import early\n",
        "src/early.py": "",
        "src/app/__init__.py": "",
        "data.txt": "",
        "tests/conftest.py": "",
        "tests/test_data.py": "import app\ndef test_data(): open('data.txt').close()\n",
      });
      for (const args of [[], ["-n", "1"]]) {
        const PYTHONPATH = [join(project.root, "src"), PLUGIN].join(delimiter);
        const run = await project.run(args, { settings, env: { PYTHONPATH } });
        expect([run.complete, run.doubts]).toEqual([true, []]);
        const { byTest, uses, bySuite, modules } = run.observed;
        expect([...(byTest.get("tests/test_data.py::test_data") ?? [])].sort()).toEqual([
          "data.txt",
          "tests/test_data.py",
        ]);
        expect([...(uses.get("tests/test_data.py") ?? [])]).toContain("src/app/__init__.py");
        expect([...bySuite]).toEqual(
          expect.arrayContaining(["pytest.ini", "src/early.py", "src/sitecustomize.py"]),
        );
        expect(modules.map(({ name }) => name)).toEqual(["app"]);
      }
    },
  );

  it("are the modules that processes load which are killed, or do not say that they end", async () => {
    const project = await PytestProject.create(9);
    const other = join(project.base, "other");
    mkdirSync(other);
    project.write({
      "../other/app/__init__.py": "",
      "../other/app/server.py": "import time, app.part\nprint('up', flush=True)\ntime.sleep(600)\n",
      "../other/app/part.py": "",
      "../other/app/work.py": "def double(number): return 2 * number\n",
      "../other/lone.py": "import time\nprint('up', flush=True)\ntime.sleep(600)\n",
      "test_processes.py": `
import multiprocessing, os, subprocess, sys
def killed(*options):
    env = {**os.environ, "PYTHONPATH": ${JSON.stringify(other)} + os.pathsep + os.environ["PYTHONPATH"]}
    process = subprocess.Popen([sys.executable, *options], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\\n"
    process.terminate(); process.wait()
def test_server(): killed("-m", "app.server")
def test_module(): killed("-m", "lone")
def work(number):
    sys.path.insert(0, ${JSON.stringify(other)})
    from app.work import double
    return double(number)
def test_pool():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.map(work, [1, 2]) == [2, 4]
`,
    });
    const run = await project.run([], { settings });
    expect(Object.values(outcomes(run.tests))).toEqual(["passed", "passed", "passed"]);
    expect(run.doubts).toEqual([]);
    const found = run.observed.modules.map(({ name, path }) => `${name} ${path.replace(`${other}/`, "")}`);
    expect([...new Set(found)].sort()).toEqual([
      "app app/__init__.py",
      "app.part app/part.py",
      "app.server app/server.py",
      "app.work app/work.py",
      "lone lone.py",
    ]);
  });

  it("is read from the sources without a word on them", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "app/__init__.py": 'PATTERN = "\\d+"\n',
      "app/core.py": "import app\n",
      "test_app.py": "import app.core\ndef test_app(): pass\n",
    });
    const run = await project.run([], { settings, env: { PYTHONWARNINGS: "always" } });
    expect(run.stderr).not.toContain("invalid escape");
    expect([...(run.observed.uses.get("test_app.py") ?? [])].sort()).toEqual([
      "app/__init__.py",
      "app/core.py",
    ]);
  });

  it("counts for every test where there is too much to read", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "conftest.py": "import gate_uses\ngate_uses._MOST_BYTES = 30\n",
      "app/__init__.py": "",
      "app/core.py": "import app.part\n",
      "app/part.py": `"""${"many words ".repeat(10)}"""\n`,
      "test_app.py": "import app.core\ndef test_app(): pass\n",
    });
    const run = await project.run([], { settings });
    expect([...run.observed.bySuite]).toEqual(
      expect.arrayContaining(["app/__init__.py", "app/core.py", "app/part.py"]),
    );
  });
});
