import { join } from "node:path";
import { expect, it } from "vitest";
import { PytestProject } from "../rig/pytest-project.ts";
import {
  describeWithPython,
  PYTEST_VERSIONS,
  PYTHON_TIMEOUT,
  type PytestVersion,
  pytestEnvironment,
} from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const SUITE = {
  "pytest.ini": "[pytest]\nmarkers =\n  slow\n",
  "tests/test_a.py": `
import pytest
def test_one(): pass
def test_two(): pass
@pytest.mark.slow
def test_slow(): pass
class TestC:
    def test_three(self): pass
`,
  "tests/test_b.py": "def test_four(): pass\n",
};

const ALONE = ["alone", []] as const;
const WITH_XDIST = ["with xdist", ["-n", "2"]] as const;

describeWithPython.each(PYTEST_VERSIONS)(
  "tests left out in pytest %i",
  { timeout: PYTHON_TIMEOUT },
  (version) => {
    it.each([ALONE, WITH_XDIST])(
      "%s: are counted where the suite itself leaves them out",
      async (_how, args) => {
        const project = await PytestProject.create(version);
        project.write(SUITE);
        const options = ["-k", "not two", "-m", "not slow", "--deselect", "tests/test_b.py::test_four"];
        const run = await project.run([...args, ...options]);
        expect([run.code, run.doubts, run.results?.deselected]).toEqual([0, [], 3]);
        const told = [...run.selection.values()].map(({ option, source, tests }) => [
          option,
          source,
          [...tests],
        ]);
        expect(told.toSorted()).toEqual([
          ["--deselect tests/test_b.py::test_four", "suite", ["tests/test_b.py::test_four"]],
          ["-k 'not two'", "suite", ["tests/test_a.py::test_two"]],
          ["-m 'not slow'", "suite", ["tests/test_a.py::test_slow"]],
        ]);
      },
    );

    it.each([ALONE, WITH_XDIST])("%s: are a doubt where the shell leaves them out", async (_how, args) => {
      const project = await PytestProject.create(version);
      project.write({ ...SUITE, "pytest.ini": "[pytest]\naddopts = -m 'not slow'\nmarkers =\n  slow\n" });
      const inherited = "-q -k 'not two' --deselect=tests/test_b.py --ignore tests/nothing";
      const run = await project.run(args, {
        env: { PYTEST_ADDOPTS: `${inherited} -p gate_pytest` },
        settings: { inheritedOptions: inherited },
      });
      expect([run.code, run.results?.deselected]).toEqual([0, 3]);
      expect(run.doubts.toSorted()).toEqual([
        expect.stringMatching(
          /^1 test did not run because of --deselect tests\/test_b\.py, which is in your shell's/,
        ),
        expect.stringMatching(
          /^1 test did not run because of -k 'not two', which is in your shell's PYTEST_ADDOPTS/,
        ),
        expect.stringMatching(
          /^Not all tests run with --ignore \S+, which is in your shell's PYTEST_ADDOPTS/,
        ),
      ]);
    });

    it.each([ALONE, WITH_XDIST])(
      "%s: are a doubt where this machine's cache leaves them out",
      async (_how, args) => {
        const project = await PytestProject.create(version);
        project.write({
          ...SUITE,
          "tests/test_a.py": `${SUITE["tests/test_a.py"]}\ndef test_red(): assert 0\n`,
        });
        const program = ["-m", "pytest", "-q"];
        expect((await project.run([], { program })).code).toBe(1);
        project.write(SUITE);
        project.write({ "tests/test_a.py": `${SUITE["tests/test_a.py"]}\ndef test_red(): pass\n` });
        const run = await project.run([...args, "--lf"], { program });
        expect(run.tests.map(({ name }) => name)).toEqual(["test_red"]);
        expect(run.doubts).toEqual([
          expect.stringMatching(
            /^4 tests and the tests of 1 file did not run because of --lf, which goes by what ran on this machine/,
          ),
        ]);
      },
    );
  },
);

describeWithPython("tests left out", { timeout: PYTHON_TIMEOUT }, () => {
  it("by --stepwise are a doubt, wherever it comes from", async () => {
    const project = await PytestProject.create(9);
    const test = (body: string) => ({
      "test_a.py": `def test_a(): pass\ndef test_b(): ${body}\ndef test_c(): pass\n`,
    });
    const program = ["-m", "pytest", "-q", "--stepwise"];
    project.write(test("assert 0"));
    await project.run([], { program });
    project.write(test("pass"));
    const run = await project.run([], { program });
    expect(run.doubts).toEqual([expect.stringMatching(/^1 test did not run because of --stepwise, /)]);
  });

  it("by a conftest.py or a plugin are counted, also where it does so in silence", async () => {
    const project = await PytestProject.create(9);
    project.write({
      ...SUITE,
      "conftest.py": `
def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=items[:1])
    del items[:2]
`,
    });
    const run = await project.run();
    expect([run.tests.length, run.results?.deselected, run.doubts]).toEqual([3, 2, []]);
    expect([...run.selection.values()].map(({ option }) => option)).toEqual([
      "pytest_collection_modifyitems of conftest",
      "a plugin or a conftest.py",
    ]);
  });

  it("by one pytest and run by another of the same suite are not left out", async () => {
    const project = await PytestProject.create(9);
    project.write({
      ...SUITE,
      "all.py": "import pytest\nfor one in ('slow', 'not slow'): pytest.main(['-m', one])\n",
    });
    const run = await project.run([], { program: ["all.py"] });
    expect([run.tests.length, run.results?.deselected, run.doubts]).toEqual([5, 0, []]);
  });

  it("are not there where an option selects them all, or is the command's own as well", async () => {
    const project = await PytestProject.create(9);
    project.write(SUITE);
    const inherited = "-m slow -k test";
    const run = await project.run(["-m", "slow"], {
      env: { PYTEST_ADDOPTS: `${inherited} -p gate_pytest` },
      settings: { inheritedOptions: inherited },
    });
    expect([run.tests.length, run.results?.deselected, run.doubts]).toEqual([1, 4, []]);
  });

  it.each([
    ["tests/test_b.py", "tests/test_b.py"],
    ["-o python_files=test_b.py", "-o python_files=test_b.py"],
    ["-c other.ini", "-c other.ini"],
  ])("by %s in the shell are a doubt, though nobody counts them", async (inherited, named) => {
    const project = await PytestProject.create(9);
    project.write({ ...SUITE, "other.ini": "[pytest]\npython_files = test_b.py\n" });
    const run = await project.run([], {
      env: { PYTEST_ADDOPTS: `${inherited} -p gate_pytest` },
      settings: { inheritedOptions: inherited },
    });
    expect(run.tests).toHaveLength(1);
    expect(run.doubts).toEqual([
      expect.stringContaining(`Not all tests run with ${named}, which is in your shell's`),
    ]);
  });
});

async function repository(version: PytestVersion, lines: string) {
  const python = join(await pytestEnvironment(version), "bin");
  const rig = await Rig.create({ hooks: false });
  rig.write("gate.yaml", `version: 1\nsuites:\n  model-tests:\n${lines}    inputs: [tests, pytest.ini]\n`);
  rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\nout/\n");
  for (const [path, content] of Object.entries(SUITE)) rig.write(path, content);
  await rig.git("add", ".");
  const env = { PATH: `${python}:${rig.env.PATH}` };
  return {
    rig,
    run: (more: Readonly<Record<string, string>> = {}) => rig.gateWith({ ...env, ...more }, "run"),
  };
}

describeWithPython("gate run", { timeout: PYTHON_TIMEOUT }, () => {
  it("accepts what run: or env: leaves out, and says how many in the line, the summary and the manifest", async () => {
    const { rig, run } = await repository(
      9,
      `    run: pytest tests -m 'not slow'\n    env: { PYTEST_ADDOPTS: "-k 'not two'" }\n`,
    );
    const ended = await run({ PYTEST_ADDOPTS: "-k four" });
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("3 passed, 2 deselected in ")]);
    expect(JSON.parse(rig.read("test-reports/model-tests.json"))).toMatchObject({ deselected: 2 });
    expect(rig.read("test-reports/model-tests-latest.txt")).toContain("3 tests: 3 passed, 2 deselected\n");
    await rig.git("add", ".");
    await rig.git("commit", "-qm", "evidence");
    const verified = await rig.gate("verify");
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining("3 passed, 2 deselected")]);
    const document = JSON.parse((await rig.gate("verify", "--json")).stdout);
    expect(document.suites[0].tests).toMatchObject({ passed: 3, deselected: 2 });
  });

  it.each([
    ["of the plugin", ""],
    ["in JUnit XML", "    results: out/results.xml\n"],
  ])("does not accept what the shell leaves out, with results %s", async (_what, more) => {
    const junit = more === "" ? "" : " --junitxml=out/results.xml";
    const { rig, run } = await repository(9, `    run: pytest tests${junit}\n${more}`);
    const ended = await run({ PYTEST_ADDOPTS: "-m 'not slow'" });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("not accepted (incomplete)");
    expect(ended.stderr).toContain(
      "1 test did not run because of -m 'not slow', which is in your shell's PYTEST_ADDOPTS and not in gate.yaml: put it into run:, or  unset PYTEST_ADDOPTS.",
    );
    expect(await rig.git("ls-files", "test-reports")).toBe("");
    expect((await run()).code).toBe(0);
  });

  it("does not accept --lf in run: where it left something out", async () => {
    const { rig, run } = await repository(9, "    run: pytest tests --lf\n");
    rig.write("tests/test_b.py", "def test_four(): assert 0\n");
    await rig.git("add", ".");
    expect((await run()).stderr).toContain("1 test failed");
    rig.write("tests/test_b.py", "def test_four(): pass\n");
    await rig.git("add", ".");
    const ended = await run();
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("did not run because of --lf")]);
    // nothing is remembered as failed any more
    expect((await run()).code).toBe(0);
  });
});
