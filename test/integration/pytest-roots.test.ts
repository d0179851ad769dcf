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
});
