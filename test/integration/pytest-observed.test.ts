import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Observations } from "../../src/suite/observations.ts";
import { followReads } from "../../src/suite/reads.ts";
import { PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const settings = { observe: true, ownModules: ["app", "tests"] };

const SUITE = {
  "app/__init__.py": "",
  "app/core.py": `
import json, pathlib
HERE = pathlib.Path(__file__).parent
TABLE = (HERE / "table.json").read_text()
def answer():
    from app import lazy
    return lazy.VALUE
`,
  "app/lazy.py": "VALUE = 1\n",
  "app/unused.py": "",
  "app/table.json": "{}",
  "data/prompt.md": "hello",
  "data/weights.bin": "w",
  "data/for_process.txt": "p",
  "data/for_fork.txt": "f",
  "data/for_server.txt": "s",
  "data/cases.json": "[1, 2]",
  "data/written.txt": "",
  "tests/conftest.py": `
import pathlib, subprocess, sys
import pytest
DATA = pathlib.Path(__file__).parent.parent / "data"
@pytest.fixture(scope="session")
def weights(): return (DATA / "weights.bin").read_text()
@pytest.fixture(scope="module")
def model(weights): return weights
@pytest.fixture(scope="session")
def server():
    subprocess.run([sys.executable, "-c", f"open({str(DATA / 'for_server.txt')!r}).read()"], check=True)
`,
  "tests/test_one.py": `
import multiprocessing, os, pathlib, subprocess, sys
import json
import pytest
from app.core import answer
DATA = pathlib.Path(__file__).parent.parent / "data"
CASES = json.loads((DATA / "cases.json").read_text())
def read(path): open(path).read()
def test_prompt(): (DATA / "prompt.md").read_text()
def test_relative(monkeypatch):
    monkeypatch.chdir(DATA)
    open("prompt.md").read()
def test_fails_to_open():
    for path in ("absent.md", "../data", "written.txt"):
        try: open(DATA / path, "w" if path == "written.txt" else "r").close()
        except OSError: pass
def test_first_with_model(model): pass
def test_second_with_model(model): pass
def test_process():
    subprocess.run([sys.executable, "-c", "open('data/for_process.txt').read()"], check=True)
def test_fork():
    process = multiprocessing.get_context("fork").Process(target=read, args=(DATA / "for_fork.txt",))
    process.start(); process.join()
def test_server(server): pass
def test_lazy(): assert answer() == 1
def test_outside(tmp_path):
    (tmp_path / "x.txt").write_text("x"); (tmp_path / "x.txt").read_text(); open("/etc/passwd").read()
`,
  "tests/test_two.py": "from app.core import answer\nfrom app import core\ndef test_two(): pass\n",
  "tests/test_three.py": "def test_three(): pass\n",
};

/** Everything that a test has read, with what its files lead to. */
function closure(observed: Observations, name: string): readonly string[] {
  const test = [...observed.byTest.keys()].find((id) => id.endsWith(`::${name}`)) ?? "";
  const file = test.split("::")[0] ?? "";
  return [...(followReads(observed, new Map([[test, file]])).byTest.get(test) ?? [])].sort();
}

const CORE = ["app/__init__.py", "app/core.py", "app/lazy.py", "app/table.json"];
const ONE = [...CORE, "data/cases.json", "tests/conftest.py", "tests/test_one.py"].sort();

const withOne = (...paths: readonly string[]) => [...ONE, ...paths].sort();

describeWithPython.each(PYTEST_VERSIONS)(
  "the files that tests read, in pytest %i",
  { timeout: PYTHON_TIMEOUT },
  (version) => {
    it.each([
      ["alone", [], 2],
      ["with xdist", ["-n", "2"], 1],
    ])("%s: are those of each test, of what it imports and of its fixtures", async (_how, args, times) => {
      const project = await PytestProject.create(version);
      project.write(SUITE);
      // the second time there is bytecode of everything
      for (let time = 0; time < times; time++) {
        const { doubts, code, stdout, observed } = await project.run(args, { settings });
        expect([code, doubts, stdout.includes("failed")]).toEqual([0, [], false]);
        expect(closure(observed, "test_prompt")).toEqual(withOne("data/prompt.md"));
        expect(closure(observed, "test_relative")).toEqual(withOne("data/prompt.md"));
        expect(closure(observed, "test_fails_to_open")).toEqual(ONE);
        expect(closure(observed, "test_first_with_model")).toEqual(withOne("data/weights.bin"));
        expect(closure(observed, "test_second_with_model")).toEqual(withOne("data/weights.bin"));
        expect(closure(observed, "test_process")).toEqual(withOne("data/for_process.txt"));
        expect(closure(observed, "test_fork")).toEqual(withOne("data/for_fork.txt"));
        expect(closure(observed, "test_server")).toEqual(ONE);
        expect(closure(observed, "test_lazy")).toEqual(ONE);
        expect(closure(observed, "test_outside")).toEqual(ONE);
        expect(closure(observed, "test_two")).toEqual([...CORE, "tests/conftest.py", "tests/test_two.py"]);
        expect(closure(observed, "test_three")).toEqual(["tests/conftest.py", "tests/test_three.py"]);
        expect([...observed.bySuite]).toEqual(["data/for_server.txt"]);
      }
    });
  },
);

describeWithPython("what is observed", { timeout: PYTHON_TIMEOUT }, () => {
  it("leaves out environments, caches and git's own, and names links with what they lead to", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "env/pyvenv.cfg": "",
      "env/lib/x.txt": "x",
      "lib/site-packages/y.txt": "y",
      "node_modules/z.txt": "z",
      ".git/config": "",
      ".gate/w.txt": "w",
      "real/data.txt": "d",
      "pytest.ini": "[pytest]\n",
      "test_links.py": `
import os
NAMES = "env/lib/x.txt lib/site-packages/y.txt node_modules/z.txt .git/config .gate/w.txt link.txt linked/../link.txt linked/data.txt outside.txt twice.txt"
def test_links():
    for name in NAMES.split(): open(name).read()
    os.close(os.open(b"real/data.txt", os.O_RDONLY))
`,
    });
    symlinkSync("real/data.txt", join(project.root, "link.txt"));
    symlinkSync("real", join(project.root, "linked"));
    symlinkSync("/etc/hostname", join(project.root, "outside.txt"));
    symlinkSync("../linked", join(project.root, "real/back"));
    symlinkSync("real/back/data.txt", join(project.root, "twice.txt"));
    const run = await project.run([], { settings });
    expect(run.code).toBe(0);
    expect(closure(run.observed, "test_links")).toEqual([
      "link.txt",
      "linked",
      "outside.txt",
      "real/back",
      "real/data.txt",
      "test_links.py",
      "twice.txt",
    ]);
    expect([...run.observed.bySuite]).toEqual(["pytest.ini"]);
  });

  it("finds bytecode that is kept elsewhere, and a checkout that is opened by another name", async () => {
    const project = await PytestProject.create(9);
    project.write({
      ...SUITE,
      "tests/test_four.py": "from app.core import answer\ndef test_four(): answer()\n",
    });
    const alias = join(project.base, "alias");
    symlinkSync(project.root, alias);
    for (const time of [1, 2]) {
      const env = { PYTHONPYCACHEPREFIX: join(project.base, "bytecode") };
      const run = await project.run(["tests/test_four.py"], { settings, env, cwd: alias });
      const expected = [...CORE, "tests/conftest.py", "tests/test_four.py"];
      expect([time, closure(run.observed, "test_four")]).toEqual([time, expected]);
    }
  });

  it("tells the repository's modules, the distributions and what torch computes with", async () => {
    const project = await PytestProject.create(9);
    project.write({
      ...SUITE,
      "elsewhere/app_copy/__init__.py": "",
      "elsewhere/torch/__init__.py": `
__version__ = "2.4.0+cu121"
class version: cuda = "12.1"
class cuda:
    is_initialized = staticmethod(lambda: True)
    get_device_name = staticmethod(lambda index: "NVIDIA H200")
class backends:
    class cudnn: version = staticmethod(lambda: 90100)
`,
      "tests/test_torch.py": "import torch, app_copy\nfrom app import core\ndef test_torch(): pass\n",
    });
    for (const args of [[], ["-n", "1"]]) {
      const run = await project.run(["tests/test_torch.py", ...args], {
        settings: { ...settings, ownModules: ["app", "app_copy", "json"] },
        env: {
          PYTHONPATH: `${import.meta.dirname}/../../plugins/pytest:${project.root}/elsewhere:${project.root}`,
        },
      });
      expect(run.doubts).toEqual([]);
      const modules = run.observed.modules.map(({ name, path }) => [
        name,
        path.replace(`${project.root}/`, ""),
      ]);
      expect(modules).toEqual(
        expect.arrayContaining([
          ["app", "app/__init__.py"],
          ["app.core", "app/core.py"],
          ["app_copy", "elsewhere/app_copy/__init__.py"],
        ]),
      );
      expect(modules.map(([name]) => name)).not.toContain("json");
      const { environment } = run.observed;
      expect(environment?.language).toMatch(/^CPython 3\.\d+\.\d+/);
      expect(environment?.distributions.get("pytest-xdist")).toMatch(/^\d+\.\d+/);
      expect(Object.fromEntries(environment?.accelerators ?? [])).toEqual({
        torch: "2.4.0+cu121",
        cuda: "12.1",
        cudnn: "90100",
        gpu: "NVIDIA H200",
      });
    }
  });
});

describeWithPython("the start-up hook", { timeout: PYTHON_TIMEOUT }, () => {
  it("lets the project's own sitecustomize run as if it was alone", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "own/sitecustomize.py": "import sys\nsys.own_ran = __file__\nVALUE = 7\n",
      "broken/sitecustomize.py": "raise RuntimeError('mine is broken')\n",
      "say.py":
        "import sys\nprint(getattr(sys, 'own_ran', None), getattr(sys.modules.get('sitecustomize'), 'VALUE', None))\n",
    });
    const plugin = join(import.meta.dirname, "../../plugins/pytest");
    const say = async (place: string, extra: Readonly<Record<string, string>> = {}) => {
      const paths = [plugin, join(project.root, place)].join(":");
      const run = await project.run([], { program: ["say.py"], env: { PYTHONPATH: paths, ...extra } });
      return { out: run.stdout.trim(), err: run.stderr };
    };
    const own = `${join(project.root, "own/sitecustomize.py")} 7`;
    expect(await say("own")).toEqual({ out: own, err: "" });
    expect(await say("own", { GATE_EVENTS: "" })).toEqual({ out: own, err: "" });
    expect(await say("nowhere")).toEqual({ out: "None None", err: "" });
    const broken = await say("broken");
    const alone = await project.run([], {
      program: ["say.py"],
      env: { PYTHONPATH: join(project.root, "broken") },
    });
    expect(broken).toEqual({ out: "None None", err: alone.stderr });
    expect(broken.err).toContain("mine is broken");
  });
});
