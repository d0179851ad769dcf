import { describe, expect, it } from "vitest";
import { logsOf, outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT, pythonEnvironment } from "../rig/python.ts";

const settings = { observe: true, ownModules: ["app"], logs: ["**/*.log"] };

const NESTED = `
import os, subprocess, sys
def nested(folder, *options, **variables):
    (folder / "lib.py").write_text("X = 1\\n")
    (folder / "test_x.py").write_text("import sys; sys.path.append('.')\\nimport lib\\ndef test_x(): assert lib.X\\n")
    command = [sys.executable, *options, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_x.py"]
    return subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True)
def test_path_of_its_own(tmp_path):
    ended = nested(tmp_path, PYTHONPATH=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
def test_isolated(tmp_path):
    ended = nested(tmp_path, "-I")
    assert ended.returncode == 0, ended.stderr
def test_options(): assert os.environ["PYTEST_ADDOPTS"] == "-m 'not nothing'"
`;

describeWithPython("a suite that gate runs", { timeout: PYTHON_TIMEOUT }, () => {
  describe.each(PYTEST_VERSIONS)("with pytest %i", (version) => {
    it.each([
      ["alone", []],
      ["with xdist", ["-n", "2"]],
    ])("%s, may start a pytest that does not find the plugin", async (_how, args) => {
      const project = await PytestProject.create(version);
      project.write({ "test_nested.py": NESTED });
      const run = await project.run(args, {
        settings,
        env: { PYTEST_ADDOPTS: "-m 'not nothing' -p gate_pytest" },
      });
      expect(run.stdout).toContain("3 passed");
      expect([run.complete, run.doubts]).toEqual([true, []]);
      expect(outcomes(run.tests)).toEqual({
        test_path_of_its_own: "passed",
        test_isolated: "passed",
        test_options: "passed",
      });
    });
  });

  it("gets the exceptions that its own signal handlers throw", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "data.json": "{}",
      "test_signal.py": `
import pathlib, signal, pytest, subprocess, sys
SCRIPT = '''
import signal
def throw(*_): raise TimeoutError("mine")
signal.signal(signal.SIGALRM, throw)
caught = 0
for time in range(20):
    signal.setitimer(signal.ITIMER_REAL, 0.01 + time / 1000)
    try:
        while True: open("data.json").close()
    except TimeoutError: caught += 1
assert caught == 20
'''
def test_here():
    def throw(*_): raise TimeoutError("mine")
    before = signal.signal(signal.SIGALRM, throw)
    try:
        for time in range(20):
            signal.setitimer(signal.ITIMER_REAL, 0.01 + time / 1000)
            with pytest.raises(TimeoutError, match="mine"):
                for _ in range(100_000): open("data.json").close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
def test_process(): subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
`,
    });
    const run = await project.run([], { settings });
    expect(outcomes(run.tests)).toEqual({ test_here: "passed", test_process: "passed" });
    expect([run.complete, run.doubts]).toEqual([true, []]);
  });

  it("may replace what the system does", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "data.txt": "",
      "test_broken.py": `
import pytest
from unittest import mock
@pytest.fixture(scope="module", autouse=True)
def no_disk():
    with mock.patch("os.write", mock.Mock(side_effect=OSError(28, "No space"))): yield
def test_broken(): print("x")
`,
      "test_mocked.py": `
import os
from unittest import mock
def test_mocked(tmp_path, monkeypatch):
    (tmp_path / "a.log").write_text("hello")
    for name in ("write", "open", "scandir", "makedirs", "mkdir", "access"):
        monkeypatch.setattr(os, name, mock.Mock(side_effect=AssertionError))
    for name in ("exists", "realpath", "isdir"):
        monkeypatch.setattr(os.path, name, mock.Mock(side_effect=AssertionError))
    open("data.txt").close()
`,
    });
    const run = await project.run([], { settings });
    expect(outcomes(run.tests)).toEqual({ test_broken: "passed", test_mocked: "passed" });
    expect([run.complete, run.doubts]).toEqual([true, []]);
    expect(logsOf(run.tests, "test_mocked")).toEqual({ "a.log": "hello" });
    expect([...(run.observed.byTest.get("test_mocked.py::test_mocked") ?? [])]).toContain("data.txt");
  });

  it("loses nothing where a write fails once", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_limit.py": `
import resource, signal
def test_limited():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
def test_still(): pass
def test_after(): resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
def test_last(): pass
`,
    });
    const run = await project.run([], { settings });
    expect(run.tests.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "passed", "passed"]);
    expect([run.complete, run.doubts]).toEqual([true, []]);
    expect(run.stderr.match(/could not be written/g)).toHaveLength(1);
  });

  it("keeps the logs of a file system that it made up", async () => {
    const environment = await pythonEnvironment("pyfakefs", ["pytest>=8,<10", "pyfakefs"]);
    const project = PytestProject.createIn(environment);
    project.write({
      "test_fake.py": `
import pathlib, pytest
from pyfakefs.fake_filesystem import OSType
@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.log").write_text("real")
    return str(tmp_path)
def test_fake(folder, fs):
    fs.os = OSType.WINDOWS
`,
    });
    const run = await project.run([], { settings });
    expect(outcomes(run.tests)).toEqual({ test_fake: "passed" });
    expect(logsOf(run.tests, "test_fake")).toEqual({ "a.log": "real" });
  });

  it("starts processes in which nothing is loaded that it does not load itself", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_loaded.py": `
import subprocess, sys
def loaded(*options):
    command = [sys.executable, *options, "-c", "import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
def test_loaded():
    more = loaded() - loaded("-E") - {"_json", "atexit", "sitecustomize"}
    assert more and all(name.startswith("gate_") for name in more), more
    assert not {"gate_environment", "gate_uses", "gate_ids", "gate_values"} & more
`,
    });
    const run = await project.run([], { settings });
    expect(run.tests.map(({ message }) => message)).toEqual([null]);
  });
});
