import { expect, it } from "vitest";
import { outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const SUITE = `
import unittest
import pytest

def test_passed(): pass
def test_failed(): assert 1 == 2
@pytest.mark.skip(reason="no GPU here")
def test_skipped(): pass
def test_skipped_inside(): pytest.skip("not today")
@pytest.mark.xfail(reason="known")
def test_xfailed(): assert 0
@pytest.mark.xfail(reason="known", run=False)
def test_xfailed_unrun(): pass
def test_xfailed_inside(): pytest.xfail("said inside")
@pytest.mark.xfail(reason="known")
def test_xpassed(): pass
@pytest.mark.xfail(reason="known", strict=True)
def test_xpassed_strictly(): pass

@pytest.fixture
def broken_setup(): raise RuntimeError("no model")
@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("no goodbye")

def test_error(broken_setup): pass
def test_error_after(broken_teardown): pass
def test_failed_and_error(broken_teardown): assert 0

attempts = []
@pytest.mark.flaky(reruns=2)
def test_flaky():
    attempts.append(1)
    assert len(attempts) > 1
@pytest.mark.flaky(reruns=1)
def test_failed_again(): assert 0, "still"

def test_subtests(subtests):
    for part in range(3):
        with subtests.test("part", number=part):
            assert part != 1
def test_subtests_passed(subtests):
    with subtests.test("part"): pass
def test_subtests_all_skipped(subtests):
    with subtests.test("part"): pytest.skip("no data")

@pytest.mark.parametrize("prompt", ["a::b", "[x]", "ünï"])
def test_names(prompt): pass

class TestRouter:
    def test_method(self): pass

class TestOld(unittest.TestCase):
    def test_case(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail("as known")

@pytest.mark.asyncio
async def test_async(): pass
@pytest.mark.timeout(0.1)
def test_slow():
    while True: pass
`;

describeWithPython.each(PYTEST_VERSIONS)("pytest %i", (version) => {
  it(
    "has every outcome recorded as what it is",
    async () => {
      const project = await PytestProject.create(version);
      project.write({ "tests/test_model.py": SUITE, "pytest.ini": "[pytest]\n" });
      const run = await project.run(["--deselect", "tests/test_model.py::TestRouter::nothing"]);
      expect(run.doubts).toEqual([]);
      expect(run.complete).toBe(true);
      expect(run.results?.runner.name).toBe("pytest");
      expect(run.results?.runner.version).toMatch(new RegExp(`^${version}\\.`));
      expect(outcomes(run.tests)).toEqual({
        test_passed: "passed",
        test_failed: "failed",
        test_skipped: "skipped",
        test_skipped_inside: "skipped",
        test_xfailed: "xfailed",
        test_xfailed_unrun: "xfailed",
        test_xfailed_inside: "xfailed",
        test_xpassed: "xpassed",
        test_xpassed_strictly: "failed",
        test_error: "error",
        test_error_after: "error",
        test_failed_and_error: "failed",
        test_flaky: "flaky",
        test_failed_again: "failed",
        test_subtests: "failed",
        test_subtests_passed: "passed",
        test_subtests_all_skipped: "skipped",
        "test_names[a::b]": "passed",
        "test_names[[x]]": "passed",
        "test_names[\\xfcn\\xef]": "passed",
        test_method: "passed",
        test_case: "passed",
        test_expected: "xfailed",
        test_async: "passed",
        test_slow: "failed",
      });
      const messages = Object.fromEntries(run.tests.map(({ name, message }) => [name, message]));
      expect(messages).toMatchObject({
        test_passed: null,
        test_failed: expect.stringContaining("assert 1 == 2"),
        test_skipped: "no GPU here",
        test_skipped_inside: "not today",
        test_xfailed: "known",
        test_xfailed_inside: "said inside",
        test_xpassed: "known",
        test_xpassed_strictly: expect.stringContaining("XPASS(strict)"),
        test_error: expect.stringContaining("no model"),
        test_error_after: expect.stringContaining("no goodbye"),
        test_failed_again: expect.stringContaining("still"),
        test_subtests: expect.stringMatching(/^subtest \[part\] \(number=.?1.?\)\n[\s\S]*assert 1 != 1/),
        test_subtests_all_skipped: "every subtest was skipped: no data",
        test_slow: expect.stringContaining("Timeout"),
      });
      expect(run.tests.map(({ id }) => id)).toEqual(
        expect.arrayContaining([
          "tests/test_model.py::test_passed",
          "tests/test_model.py::TestRouter::test_method",
          "tests/test_model.py::test_names[a::b]",
        ]),
      );
    },
    PYTHON_TIMEOUT,
  );

  it(
    "records the same with xdist, and a crashed worker as the failure of its test",
    async () => {
      const project = await PytestProject.create(version);
      project.write({
        "tests/test_model.py": SUITE,
        "tests/test_crash.py": `
import os
from gate_record import gate_record
def test_crash():
    gate_record(prompt="last words")
    os._exit(1)
`,
      });
      const alone = await project.run(["tests/test_model.py"]);
      const run = await project.run(["-n", "2"]);
      expect(run.doubts).toEqual([]);
      expect(run.complete).toBe(true);
      expect(outcomes(run.tests)).toEqual({ ...outcomes(alone.tests), test_crash: "failed" });
      const crash = run.tests.find(({ name }) => name === "test_crash");
      expect(crash?.message).toContain("the xdist worker crashed while running");
      expect(crash?.turns).toEqual([{ kind: "prompt", text: "last words" }]);
      const failed = run.tests.find(({ name }) => name === "test_failed");
      expect(failed?.message).not.toMatch(/gw\d/);
      expect(failed?.message).toBe(alone.tests.find(({ name }) => name === "test_failed")?.message);
    },
    PYTHON_TIMEOUT,
  );
});
