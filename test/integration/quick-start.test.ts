import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, pytestEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const manifest = (rig: Rig) => JSON.parse(rig.read("test-reports/model-tests.json"));

describeWithPython(
  "the quick start in a Python project without ignore rules",
  { timeout: PYTHON_TIMEOUT },
  () => {
    it("works, and works again", async () => {
      const rig = await Rig.create({ hooks: false });
      const env = { PATH: `${join(await pytestEnvironment(9), "bin")}:${rig.env.PATH}` };
      rig.write("src/app/__init__.py", "def answer(): return 42\n");
      rig.write("tests/conftest.py", "import sys\nsys.path.insert(0, 'src')\n");
      rig.write("tests/test_app.py", "from app import answer\ndef test_answer(): assert answer() == 42\n");
      rig.write("tests/helper.py", "");
      await rig.git("add", ".");
      // left by somebody who has tried the tests before
      const before = await rig.run("python", ["-m", "pytest", "-q"], env);
      expect([before.code, rig.exists("tests/__pycache__")]).toEqual([0, true]);
      expect((await rig.gate("init", "--yes")).code).toBe(0);
      expect(rig.read(".gitignore")).toContain("\n__pycache__/\n");
      await rig.git("add", "-A");
      for (const source of ["tests/test_app.py", "src/app/__init__.py"]) {
        const ended = await rig.gateWith(env, "run");
        expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
        expect(ended.stdout).not.toContain("pycache");
        expect(manifest(rig).inputs.ignored).toBeUndefined();
        expect((await rig.tryCommit("gate", "-q")).code).toBe(0);
        rig.write(source, `${rig.read(source)}# more\n`);
        await rig.git("add", "-A");
      }
    });
  },
);

describeWithPython(
  "the quick start where the only Python project lies in a folder",
  { timeout: PYTHON_TIMEOUT },
  () => {
    it("binds its tests to what is in the folder", async () => {
      const rig = await Rig.create({ hooks: false });
      const env = { PATH: `${join(await pytestEnvironment(9), "bin")}:${rig.env.PATH}` };
      rig.write("README.md", "# Everything\n");
      rig.write("web/index.html", "<p>\n");
      rig.write("services/ml [app]/pyproject.toml", '[project]\nname = "app"\nversion = "1"\n');
      rig.write("services/ml [app]/prompts/system.md", "Be brief.\n");
      rig.write("services/ml [app]/src/app/core.py", "VALUE = 1\n");
      rig.write(
        "services/ml [app]/tests/test_core.py",
        "import pathlib\ndef test_core(): assert pathlib.Path('prompts/system.md').exists()\n",
      );
      await rig.git("add", ".");
      expect((await rig.gate("init", "--yes")).code).toBe(0);
      const text = rig.read("gate.yaml");
      expect(text).toContain("run: cd 'services/ml [app]' && python -m pytest tests\n");
      await rig.git("add", "-A");
      const ended = await rig.gateWith(env, "run");
      expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
      expect(manifest(rig).inputs.files).toBe(4);
      expect(Object.keys(manifest(rig).tests)).toEqual(["services/ml [app]/tests/test_core.py::test_core"]);
    });

    it("proposes none of several, and shows the least of a gate.yaml", async () => {
      const rig = await Rig.create({ hooks: false });
      for (const folder of ["one", "two"]) {
        rig.write(`${folder}/pyproject.toml`, "");
        rig.write(`${folder}/tests/test_it.py`, "def test_it(): pass\n");
      }
      await rig.git("add", ".");
      const ended = await rig.gate("init", "--yes");
      expect(ended.code).toBe(2);
      expect(`${ended.stdout}${ended.stderr}`).toContain("{version: 1, suites:");
    });
  },
);
