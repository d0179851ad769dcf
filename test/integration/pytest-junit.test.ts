import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, type PytestVersion, pytestEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const SUBTESTS = `
import unittest
def test_plain(): pass
def test_subtests(subtests):
    for number in range(3):
        with subtests.test(number=number): assert number < LIMIT
class TestOld(unittest.TestCase):
    def test_sub_test(self):
        for number in range(2):
            with self.subTest(number=number): pass
`;

/** A repository whose pytest leaves JUnit XML; `run` is what comes before and after the command. */
async function junitRepository(
  version: PytestVersion,
  test: string,
  { before = "", suiteLines = "" } = {},
): Promise<{ readonly rig: Rig; readonly env: Readonly<Record<string, string>> }> {
  const rig = await Rig.create({ hooks: false });
  const run = `${before}pytest -q --junitxml=.gate/results/model-tests.xml tests`;
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: ${run}\n    inputs: [tests]\n    results: .gate/results/model-tests.xml\n${suiteLines}`,
  );
  rig.write(".gitignore", ".gate/\n.pytest_cache/\n");
  rig.write("tests/test_it.py", test);
  await rig.git("add", ".");
  return { rig, env: { PATH: `${join(await pytestEnvironment(version), "bin")}:${rig.env.PATH}` } };
}

describeWithPython("the JUnit XML of pytest", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([7, 9] as const)("is accepted with subtests, which pytest %i counts as tests", async (version) => {
    const { rig, env } = await junitRepository(version, SUBTESTS.replace("LIMIT", "3"));
    const passed = await rig.gateWith(env, "run");
    expect([passed.code, passed.stdout]).toEqual([0, expect.stringContaining("3 passed")]);
    // Of another size: Python knows compiled code by that and by the second in which its source was written.
    rig.write("tests/test_it.py", SUBTESTS.replace("LIMIT", "1 + 0"));
    await rig.git("add", ".");
    const failed = await rig.gateWith(env, "run");
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("1 test failed")]);
    expect(failed.stderr).not.toContain("announces");
  });

  it("is refused where tests are missing from it and none of them had subtests that failed", async () => {
    const { rig, env } = await junitRepository(9, SUBTESTS.replace("LIMIT", "1"));
    const { results, cut } = { results: ".gate/results/model-tests.xml", cut: "test_subtests.*?</testcase>" };
    rig.write(
      "tests/cut.py",
      `import re\ntext = open("${results}").read()\nopen("${results}", "w").write(re.sub('(?s)<testcase [^>]*${cut}', "", text))\n`,
    );
    rig.write("gate.yaml", rig.read("gate.yaml").replace("xml tests", "xml tests; python tests/cut.py"));
    await rig.git("add", ".");
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("failures and errors and holds")]);
  });

  it.each([
    [
      "another part of the command failed",
      "tests/other.py",
      "tests/other.py::test_b failed; the results file",
    ],
    ["another part broke off", "tests/broken.py", "pytest stopped before it had told its end"],
  ])("is refused where %s, as gate's plugin tells", async (_what, part, reason) => {
    const { rig, env } = await junitRepository(9, "def test_a(): pass\n", { before: `pytest ${part}; ` });
    rig.write("tests/other.py", "def test_b(): assert 0\ndef test_c(): pass\n");
    rig.write("tests/broken.py", "import os\ndef test_b(): pass\ndef test_c(): os._exit(0)\n");
    await rig.git("add", ".");
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(rig.exists("test-reports")).toBe(false);
  });

  it("says once what the shell has left out", async () => {
    const { rig, env } = await junitRepository(9, "def test_a(): pass\ndef test_b(): pass\n");
    const { code, stderr } = await rig.gateWith({ ...env, PYTEST_ADDOPTS: "-k test_b" }, "run");
    expect([code, stderr.match(/did not run because of -k test_b/g)]).toEqual([1, [expect.anything()]]);
  });

  it("says that nobody saw where the modules came from, where gate's plugin is not there", async () => {
    const { rig, env } = await junitRepository(9, "def test_a(): pass\n", {
      before: "PYTHONPATH= PYTEST_ADDOPTS= ",
    });
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
    expect(ended.stdout).toContain("nobody saw where pytest loaded the repository's modules from");
    const gaps = await rig.gate("gaps");
    expect(gaps.stdout).not.toContain("0 tests");
    expect(gaps.stdout).toContain("no whole run of model-tests has told what each of its tests read");
  });

  it.each(["undeclared-inputs", "pattern-tests"])(
    "is not accepted with %s: error, where gate's plugin is not there",
    async (setting) => {
      const { rig, env } = await junitRepository(9, "def test_a(): pass\n", {
        before: "PYTHONPATH= PYTEST_ADDOPTS= ",
        suiteLines: `    ${setting}: error\n`,
      });
      const ended = await rig.gateWith(env, "run");
      expect([ended.code, ended.stderr]).toEqual([
        1,
        expect.stringContaining(`${setting}: error cannot be judged`),
      ]);
      expect(rig.exists("test-reports")).toBe(false);
    },
  );

  it("tells what its tests read all the same, where the plugin is there", async () => {
    const { rig, env } = await junitRepository(
      9,
      "import pathlib\ndef test_a(): pathlib.Path('src.py').read_text()\n",
      {
        suiteLines: "    undeclared-inputs: error\n    pattern-tests: error\n",
      },
    );
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[tests]", "[tests, src.py]"));
    rig.write("src.py", "");
    await rig.git("add", ".");
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
  });
});
