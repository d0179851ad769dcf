import { join } from "node:path";
import { expect, it } from "vitest";
import { PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTHON_TIMEOUT } from "../rig/python.ts";

const TEST = "def test_here(tmp_path): (tmp_path / 'session.log').write_text('x')\n";

describeWithPython("a test's id", { timeout: PYTHON_TIMEOUT }, () => {
  it("is relative to the repository, wherever pytest has its root and was started", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "pytest.ini": "[pytest]\n",
      "model/pytest.ini": "[pytest]\n",
      "model/tests/test_model.py": TEST,
      "model/more tests/test_more.py": TEST,
      "config/pytest.ini": "[pytest]\n",
      "flat/test_flat.py": TEST,
    });
    const MODEL = "model/tests/test_model.py::test_here";
    const cases: readonly (readonly [string, readonly string[], readonly string[], workers?: true])[] = [
      ["", ["model/tests"], [MODEL]],
      ["model", [], ["model/more tests/test_more.py::test_here", MODEL], true],
      ["model/tests", [], [MODEL]],
      ["model", ["tests/test_model.py::test_here"], [MODEL]],
      ["", ["-c", "config/pytest.ini", "flat", "model/tests"], ["flat/test_flat.py::test_here", MODEL], true],
      ["", ["-c", "config/pytest.ini", "flat/test_flat.py"], ["flat/test_flat.py::test_here"], true],
      ["", ["--rootdir", "model", "flat/test_flat.py::test_here"], ["flat/test_flat.py::test_here"]],
      ["flat", ["--rootdir=/tmp", "../model/tests"], [MODEL]],
    ];
    for (const [cwd, args, expected, distributed] of cases) {
      for (const workers of distributed ? [[], ["-n", "1"]] : [[]]) {
        const run = await project.run([...args, ...workers], {
          cwd: join(project.root, cwd),
          settings: { logs: ["*.log"] },
        });
        const found = run.tests.map(({ id, logs }) => [id, logs.map(({ name }) => name)]);
        const wanted = expected.map((id) => [id, ["session.log"]]);
        expect([cwd, args, workers, run.doubts, found.sort()]).toEqual([cwd, args, workers, [], wanted]);
      }
    }
  });

  it.each([[[]], [["-n", "1"]]])(
    "has the name that a collector gave it, whatever that holds %j",
    async (workers) => {
      const project = await PytestProject.create(9);
      project.write({
        "conftest.py": `
import os, pytest
from gate_record import gate_record
class Case(pytest.Item):
    def runtest(self): gate_record(prompt=os.environ["GATE_TEST"])
class Cases(pytest.File):
    def collect(self):
        for name in ["nul\\0x", "two\\nlines", "same", "same", "../up"]:
            yield Case.from_parent(self, name=name)
def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".case": return Cases.from_parent(parent, path=file_path)
`,
        "llm.case": "",
      });
      const run = await project.run(workers);
      expect([run.complete, run.doubts]).toEqual([true, []]);
      const names = ["nul\\x00x", "two\nlines", "same", "same #2", "../up"];
      const found = run.tests.map(({ id, outcome, turns }) => [id, outcome, turns.length]);
      expect(new Set(found)).toEqual(new Set(names.map((name) => [`llm.case::${name}`, "passed", 1])));
    },
  );
});
