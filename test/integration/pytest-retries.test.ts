import { expect, it } from "vitest";
import { logsOf, outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTHON_TIMEOUT, pythonEnvironment } from "../rig/python.ts";

/** Both of them take the marker `flaky`. */
const PLUGINS = {
  flaky: ["-p", "no:pytest-retry"],
  "pytest-retry": ["-p", "no:flaky"],
} as const;

const ARGUMENT = { flaky: "max_runs=3", "pytest-retry": "retries=2" } as const;

const suite = (argument: string) => `
import pathlib, tempfile, pytest
seen = {}
@pytest.fixture
def folder(): return pathlib.Path(tempfile.mkdtemp())
def count(name):
    seen[name] = seen.get(name, 0) + 1
    print("attempt", seen[name])
    return seen[name]
@pytest.mark.flaky(${argument})
def test_retried(folder):
    attempt = count("retried")
    (folder / "a.log").write_text(f"attempt {attempt}")
    assert attempt >= 2
@pytest.mark.flaky(${argument})
def test_never():
    count("never")
    assert 0
@pytest.mark.flaky(${argument})
def test_at_once(): pass
@pytest.mark.flaky(${argument})
def test_skipped(): pytest.skip("why not")
@pytest.mark.xfail
def test_expected(): assert 0
def test_plain(): print("plain")
`;

const OUTCOMES = {
  test_retried: "flaky",
  test_never: "failed",
  test_at_once: "passed",
  test_skipped: "skipped",
  test_expected: "xfailed",
  test_plain: "passed",
};

const RETRIES = `
import pytest
from _pytest.runner import runtestprotocol
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for _ in range(3):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not any(one.failed for one in reports): break
        item._initrequest()
    for one in reports: item.ihook.pytest_runtest_logreport(report=one)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
`;

describeWithPython("a test that passes when it is tried again", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([
    ["flaky", "alone", []],
    ["flaky", "with xdist", ["-n", "1"]],
    ["pytest-retry", "alone", []],
    ["pytest-retry", "with xdist", ["-n", "1"]],
  ] as const)("by %s, %s, is not one that passed", async (plugin, _how, args) => {
    const environment = await pythonEnvironment("retries", [
      "pytest>=8,<10",
      "pytest-xdist",
      "flaky",
      "pytest-retry",
    ]);
    const project = PytestProject.createIn(environment);
    project.write({ "test_retries.py": suite(ARGUMENT[plugin]) });
    const run = await project.run([...PLUGINS[plugin], ...args], { settings: { logs: ["*.log"] } });
    expect([run.complete, run.doubts]).toEqual([true, []]);
    expect(outcomes(run.tests)).toEqual(OUTCOMES);
    // of the attempt that counted
    expect(logsOf(run.tests, "test_retried")).toEqual({ "a.log": "attempt 2", "stdout.log": "attempt 2\n" });
    expect(logsOf(run.tests, "test_plain")).toEqual({ "stdout.log": "plain\n" });
  });

  it.each(["alone", "with xdist"])("by a conftest.py of its own, %s, is not either", async (how) => {
    const project = await PytestProject.create(9);
    project.write({ "conftest.py": RETRIES, "test_retries.py": suite("") });
    const run = await project.run(how === "alone" ? [] : ["-n", "1"]);
    expect(outcomes(run.tests)).toEqual(OUTCOMES);
  });
});
