import { join } from "node:path";
import { expect, it } from "vitest";
import { outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTHON_TIMEOUT, pytestEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const project = async (files: Readonly<Record<string, string>>) => {
  const made = await PytestProject.create(9);
  made.write({ "pytest.ini": "[pytest]\n", ...files });
  return made;
};

/** Two tests around one in which something happens. */
const around = (body: string, head = "") => ({
  "test_run.py": `import os, signal, time, sys, pytest\n${head}
def test_before(): pass
def test_it(): ${body}
def test_after(): pass
`,
});

describeWithPython("a run that breaks off", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([
    ["os._exit", "os._exit(0)"],
    ["a segfault", "import ctypes; ctypes.string_at(0)"],
    ["kill -9, as of the out-of-memory killer", "os.kill(os.getpid(), signal.SIGKILL)"],
    ["pytest.exit", "pytest.exit('enough', returncode=0)"],
    ["Ctrl-C", "os.kill(os.getpid(), signal.SIGINT); time.sleep(5)"],
  ])("at %s leaves what was recorded before, and no end", async (_what, body) => {
    const run = await (await project(around(body))).run();
    expect(outcomes(run.tests)).toEqual({ test_before: "passed", test_it: null, test_after: null });
    expect(run.complete).toBe(false);
    expect(run.doubts).toEqual([expect.stringContaining("stopped before it had told its end")]);
  });

  it("at a time limit of pytest-timeout's thread method does so too", async () => {
    const files = around("time.sleep(30)", "pytestmark = pytest.mark.timeout(0.3, method='thread')");
    const run = await (await project(files)).run();
    expect(outcomes(run.tests)).toEqual({ test_before: "passed", test_it: null, test_after: null });
    expect(run.complete).toBe(false);
  });

  it("is a run with tests missing at -x", async () => {
    const run = await (await project(around("assert 0"))).run(["-x"]);
    expect(outcomes(run.tests)).toEqual({ test_before: "passed", test_it: "failed", test_after: null });
    expect(run.doubts).toEqual([]);
  });

  it("says which files could not be collected, and which were skipped whole", async () => {
    const run = await (
      await project({
        ...around("pass"),
        "tests/test_broken.py": "import no_such_module\ndef test_x(): pass\n",
        "tests/test_whole.py": "import pytest\npytest.skip('needs a GPU', allow_module_level=True)\n",
        "tests/test_syntax.py": "def test_x(:\n",
      })
    ).run();
    expect(run.tests.filter(({ outcome }) => outcome !== null)).toMatchObject([
      { id: "tests/test_broken.py", outcome: "error", message: expect.stringContaining("no_such_module") },
      { id: "tests/test_syntax.py", outcome: "error", message: expect.stringContaining("SyntaxError") },
      { id: "tests/test_whole.py", outcome: "skipped", message: "needs a GPU" },
    ]);
    expect(outcomes(run.tests)).toMatchObject({ test_before: null, test_after: null });
    expect(run.doubts).toEqual([]);
  });

  it("says which conftest.py stopped pytest", async () => {
    const run = await (
      await project({ ...around("pass"), "conftest.py": "raise RuntimeError('no weights')\n" })
    ).run();
    expect(run.tests).toMatchObject([
      { id: "conftest.py", outcome: "error", message: expect.stringContaining("no weights") },
    ]);
    expect(run.complete).toBe(false);
  });

  it("is no run where pytest was asked for something else", async () => {
    const made = await project(around("pass"));
    for (const [option, complete] of [
      ["--no-such-option", false],
      ["no_such_file.py", false],
      ["--markers", true],
      ["--fixtures", true],
    ] as const) {
      const run = await made.run([option]);
      expect([option, run.tests, run.complete]).toEqual([option, [], complete]);
    }
    const collected = await made.run(["--collect-only"]);
    expect(outcomes(collected.tests)).toEqual({ test_before: null, test_it: null, test_after: null });
    const unrun = await made.run(["--setup-only"]);
    expect(outcomes(unrun.tests)).toEqual({ test_before: null, test_it: null, test_after: null });
  });
});

describeWithPython("gate run, of a run that breaks off,", { timeout: PYTHON_TIMEOUT }, () => {
  const SEGFAULT = "import ctypes; ctypes.string_at(0)";

  it.each([
    ["a segfault", "pytest", SEGFAULT, /pytest died of SIGSEGV(?: \(exit 139\))?\./, "incomplete"],
    [
      "a segfault below a shell",
      "pytest; exit $?",
      SEGFAULT,
      /pytest died of SIGSEGV \(exit 139\)\./,
      "incomplete",
    ],
    ["an abort", "pytest; exit $?", "os.abort()", /pytest died of SIGABRT \(exit 134\)\./, "incomplete"],
    ["os._exit(0)", "pytest", "os._exit(0)", /pytest exited 0, but 3 tests never ended\./, "incomplete"],
    ["os._exit(7)", "pytest", "os._exit(7)", /pytest exited 7, and 3 tests never ended\./, "incomplete"],
    [
      "a kill",
      "pytest; exit $?",
      "os.kill(os.getpid(), signal.SIGTERM)",
      /pytest was killed by SIGTERM \(exit 143\)\./,
      "incomplete",
    ],
    ["a time limit", "pytest", "time.sleep(60)", /stopped at its time limit\./, "timed-out"],
  ])("says how it ended and in which test: %s", async (_what, command, body, how, verdict) => {
    const python = join(await pytestEnvironment(9), "bin");
    const rig = await Rig.create({ hooks: false });
    const limit = verdict === "timed-out" ? "    timeout: 3s\n" : "";
    rig.write(
      "gate.yaml",
      `version: 1\nsuites:\n  model-tests:\n    run: ${command}\n    inputs: [test_run.py]\n${limit}`,
    );
    rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n");
    rig.write("test_run.py", `${around(body)["test_run.py"]}def test_last(): pass\n`);
    await rig.git("add", ".");
    const ended = await rig.gateWith({ PATH: `${python}:${rig.env.PATH}` }, "run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`not accepted (${verdict})`);
    expect(ended.stderr).toMatch(how);
    expect(ended.stderr).toContain("Was running: test_run.py::test_it. 2 tests had not started.");
    expect(ended.stderr).not.toContain("ndjson");
    if (verdict === "incomplete")
      expect(ended.stderr).toContain("pytest stopped before it had told its end.");
  });

  it.each(["pytest", "python -m pytest"])(
    "says what pytest says of a path that is mistyped: %s",
    async (pytest) => {
      const python = join(await pytestEnvironment(9), "bin");
      const rig = await Rig.create({ hooks: false });
      const suite = `    run: ${pytest} tests/nothing.py\n    inputs: [test_run.py]\n`;
      rig.write("gate.yaml", `version: 1\nsuites:\n  model-tests:\n${suite}`);
      rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n");
      rig.write("test_run.py", "def test_it(): pass\n");
      const run = async () => {
        await rig.git("add", ".");
        return (await rig.gateWith({ PATH: `${python}:${rig.env.PATH}` }, "run")).stderr;
      };
      expect(await run()).toContain("pytest exited 4: file or directory not found: tests/nothing.py.");
      rig.write("gate.yaml", rig.read("gate.yaml").replace("tests/nothing.py", "--no-such-option"));
      expect(await run()).toContain("pytest exited 4: unrecognized arguments: --no-such-option.");
    },
  );
});

describeWithPython("a pytest that a test starts", { timeout: PYTHON_TIMEOUT }, () => {
  const INNER = { "inner/test_inner.py": "def test_inner(): assert 0\n" };

  it.each([
    ["as a process", "subprocess.run([sys.executable, '-m', 'pytest', 'inner'])"],
    [
      "as a process without the plugin",
      "subprocess.run([sys.executable, '-m', 'pytest', '-p', 'no:gate_pytest', 'inner'])",
    ],
    ["as a process with workers", "subprocess.run([sys.executable, '-m', 'pytest', '-n', '2', 'inner'])"],
    ["in its own process", "pytest.main(['inner', '-p', 'no:cacheprovider'])"],
  ])("%s does not report its tests as the suite's", async (_how, body) => {
    const made = await project({
      ...INNER,
      "test_outer.py": `import subprocess, sys, pytest\ndef test_outer(): ${body}\n`,
    });
    const run = await made.run(["test_outer.py"], { settings: { observe: true } });
    expect(run.doubts).toEqual([]);
    expect(run.unreported).toBeNull();
    expect(outcomes(run.tests)).toEqual({ test_outer: "passed" });
    expect(run.complete).toBe(true);
  });

  it("with pytester does not either", async () => {
    const made = await project({
      "conftest.py": "pytest_plugins = ['pytester']\n",
      "test_outer.py": `
def test_in_process(pytester):
    pytester.makepyfile("def test_inner(): pass")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
def test_as_process(pytester):
    pytester.makepyfile("def test_inner(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
`,
    });
    const run = await made.run();
    expect(run.doubts).toEqual([]);
    expect(outcomes(run.tests)).toEqual({ test_in_process: "passed", test_as_process: "passed" });
  });

  it("counts where a script starts one after the other", async () => {
    const made = await project({
      "test_a.py": "def test_a(): pass\n",
      "test_b.py": "def test_b(): pass\n",
      "all.py": "import pytest\nfor name in 'ab': pytest.main([f'test_{name}.py'])\n",
    });
    const run = await made.run([], { program: ["all.py"] });
    expect(run.doubts).toEqual([]);
    expect(outcomes(run.tests)).toEqual({ test_a: "passed", test_b: "passed" });
  });

  it("in a child that goes on with the tests of its parent does not double them", async () => {
    const made = await project(around("os.fork()"));
    const run = await made.run();
    expect(run.doubts).toEqual([]);
    expect(outcomes(run.tests)).toEqual({ test_before: "passed", test_it: "passed", test_after: "passed" });
  });
});

describeWithPython("a suite that works against its reporter", { timeout: PYTHON_TIMEOUT }, () => {
  it("may delete the plugin's files while it runs", async () => {
    const made = await project({
      "test_delete.py": `
import pathlib, shutil, gate_events
def test_delete():
    shutil.rmtree(pathlib.Path(gate_events.__file__).parent)
def test_after(): assert 0
`,
    });
    const { cpSync } = await import("node:fs");
    cpSync(`${import.meta.dirname}/../../plugins/pytest`, `${made.base}/plugin`, { recursive: true });
    const run = await made.run([], {
      env: { PYTHONPATH: `${made.base}/plugin` },
      settings: { observe: true, ownModules: ["app"], logs: ["**/*.log"] },
    });
    expect(run.doubts).toEqual([]);
    expect(outcomes(run.tests)).toEqual({ test_delete: "passed", test_after: "failed" });
    expect(run.complete).toBe(true);
  });

  it("is seen where it writes into the events", async () => {
    const made = await project(
      around(
        "[open(f'{d}/{f}', 'a').write('{\"v\": 1}\\n') for d in [os.environ['GATE_EVENTS']] for f in os.listdir(d)]",
      ),
    );
    const run = await made.run();
    expect(run.doubts.join("\n")).toContain("is not an event");
    expect(outcomes(run.tests)).toEqual({ test_before: "passed", test_it: "passed", test_after: "passed" });
  });

  it("keeps its results where it closes every descriptor, stops the clock or changes what os is", async () => {
    const made = await project({
      "test_hostile.py": `
import os, time
def test_close(tmp_path):
    os.closerange(3, 4096)
    kept = [os.open(tmp_path / str(n), os.O_CREAT | os.O_WRONLY) for n in range(20)]
def test_own_file_is_not_written_to(tmp_path):
    own = [one.read_bytes() for one in (tmp_path.parent / "test_close0").iterdir()]
    assert len(own) == 20 and not any(b"test-end" in one for one in own)
def test_clock(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "strftime", None)
def test_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
def test_environment(monkeypatch):
    os.environ.clear()
def test_surrogate(record_property):
    record_property("odd", "\\udc80")
    record_property("nan", float("nan"))
    assert 0, "\\ud83d and \\U0001f600" * 300_000
`,
    });
    const run = await made.run();
    expect(run.doubts).toEqual([]);
    expect(run.complete).toBe(true);
    expect(outcomes(run.tests)).toEqual({
      test_close: "passed",
      test_own_file_is_not_written_to: "passed",
      test_clock: "passed",
      test_directory: "passed",
      test_environment: "passed",
      test_surrogate: "failed",
    });
    const years = run.tests.map(({ startedAt }) => startedAt?.slice(0, 2));
    expect(new Set(years)).toEqual(new Set(["20"]));
    expect(run.tests.at(-1)?.properties).toMatchObject({ nan: "nan" });
  });
});
