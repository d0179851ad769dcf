import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RedDocument } from "../../src/commands/red-document.ts";
import {
  describeWithPython,
  PYTEST_VERSIONS,
  PYTHON_TIMEOUT,
  type PytestVersion,
  pytestEnvironment,
} from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const STORE = `import json
import os
import sys

try:
    import torch
except ImportError:
    torch = None


def save(models, path):
    with open(os.path.join(path, "bundle.json"), "w") as file:
        json.dump(sorted(models), file)


def load(path):
    raise NotImplementedError("load does not build models yet")
`;
const BUILT = STORE.replace(
  'raise NotImplementedError("load does not build models yet")',
  'return {name: "sentinel" for name in json.load(open(os.path.join(path, "bundle.json")))}',
);

const TESTS = `import os
import subprocess
import sys

import pytest
import store

with open(os.environ["RAN"], "a") as file:
    file.write("collected ")


@pytest.fixture(autouse=True)
def noted(request):
    with open(os.environ["RAN"], "a") as file:
        file.write(request.node.name + " ")


class TestStore:
    def test_saves(self, tmp_path):
        store.save({"encoder": "sentinel"}, str(tmp_path))

    def test_round_trip(self, tmp_path):
        store.save({"encoder": "sentinel"}, str(tmp_path))
        assert store.load(str(tmp_path)) == {"encoder": "sentinel"}

    @pytest.mark.parametrize("name", ["a::b", "it's [x]"])
    def test_names(self, name):
        assert store.torch == name, "models should be named"

    @pytest.mark.skipif(store.torch is None, reason="torch is not installed")
    def test_weights(self):
        pass


def test_starts_pytest(tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_inner(): pass")
    inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_inner.py"]
    done = subprocess.run(inner, cwd=str(tmp_path), stdout=subprocess.PIPE)
    assert b"1 passed" in done.stdout
    raise AssertionError("not built")
`;

const ROUND_TRIP = "tests/test_store.py::TestStore::test_round_trip";

const lineIn = (source: string, text: string) =>
  source.split("\n").findIndex((line) => line.includes(text)) + 1;

interface Pytest {
  readonly rig: Rig;
  /** What the tests of the last run have noted. */
  readonly ran: () => readonly string[];
  readonly red: (...selectors: readonly string[]) => Promise<RedDocument>;
}

async function pytestRig(version: PytestVersion, command = "$PYTHON -m pytest tests"): Promise<Pytest> {
  const python = join(await pytestEnvironment(version), "bin/python");
  const rig = await Rig.create();
  const ran = join(rig.base, "ran");
  rig.write("store.py", STORE);
  rig.write("tests/test_store.py", TESTS);
  rig.write(
    "gate.yaml",
    `version: 1
suites:
  torch-tests:
    run: ${command.replace("$PYTHON", python)}
    inputs: [store.py, tests]
    gpu: optional
    env: { RAN: "${ran}", PYTHONPATH: "${rig.directory}", PYTHONDONTWRITEBYTECODE: "1" }
    skips: [{ match: "*::test_weights", reason: needs torch }]
`,
  );
  rig.write(".gitignore", ".gate/\n.pytest_cache/\n__pycache__/\n");
  await rig.git("add", ".");
  return {
    rig,
    ran: () => (existsSync(ran) ? readFileSync(ran, "utf8").trim().split(" ") : []),
    red: async (...selectors) => {
      rmSync(ran, { force: true });
      const { stdout, stderr } = await rig.gate("run", "--json", "--red", ...selectors);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    },
  };
}

describeWithPython.each(PYTEST_VERSIONS)("gate run --red with pytest %i", (version) => {
  it("runs the test that is named, not the directory that the command names", {
    timeout: PYTHON_TIMEOUT,
  }, async () => {
    const { red, ran } = await pytestRig(version);
    const { ok, selectors } = await red(ROUND_TRIP);
    expect(ran()).toEqual(["collected", "test_round_trip"]);
    expect({ ok, tests: selectors[0]?.tests }).toMatchObject({
      ok: true,
      tests: [
        {
          id: ROUND_TRIP,
          outcome: "failed",
          lines: ["NotImplementedError: load does not build models yet"],
          place: { path: "tests/test_store.py", line: lineIn(TESTS, "store.load(") },
          raised: { path: "store.py", line: lineIn(STORE, "raise ") },
        },
      ],
    });
  });

  it("does so with xdist's workers", { timeout: PYTHON_TIMEOUT }, async () => {
    const { red, ran } = await pytestRig(version, "$PYTHON -m pytest -n 2 tests");
    expect(await red(ROUND_TRIP)).toMatchObject({ ok: true, selectors: [{ tests: [{ id: ROUND_TRIP }] }] });
    expect(ran().filter((one) => one !== "collected")).toEqual(["test_round_trip"]);
  });
});

describeWithPython("gate run --red with pytest", () => {
  const NAMES = "tests/test_store.py::TestStore::test_names";

  it("takes one case of a parametrised test, a class, a file", { timeout: PYTHON_TIMEOUT }, async () => {
    const { red } = await pytestRig(9);
    const { selectors } = await red(`${NAMES}[it's [x]]`, NAMES, "tests/test_store.py::TestStore", "tests");
    expect(selectors.map(({ state, tests }) => [state, tests.length])).toEqual([
      ["red", 1],
      ["red", 2],
      ["not-red", 5],
      ["not-red", 6],
    ]);
  });

  it("finds it from wherever the command has gone", { timeout: PYTHON_TIMEOUT }, async () => {
    const { red, ran } = await pytestRig(9, "cd tests && $PYTHON -m pytest .");
    expect(await red(ROUND_TRIP)).toMatchObject({
      ok: true,
      selectors: [
        {
          tests: [
            { id: ROUND_TRIP, place: { path: "tests/test_store.py", line: lineIn(TESTS, "store.load(") } },
          ],
        },
      ],
    });
    expect(ran()).toEqual(["collected", "test_round_trip"]);
  });

  it("leaves a pytest alone that a test starts", { timeout: PYTHON_TIMEOUT }, async () => {
    const { red } = await pytestRig(9);
    const { selectors } = await red("tests/test_store.py::test_starts_pytest");
    expect(selectors[0]?.tests[0]?.lines).toEqual(["AssertionError: not built"]);
  });

  it("says what pytest says of a selector that is mistyped", { timeout: PYTHON_TIMEOUT }, async () => {
    const { rig, red } = await pytestRig(9);
    const { selectors } = await red("tests/nothing.py", `${ROUND_TRIP}_2`);
    expect(selectors.map(({ reasons }) => reasons[0])).toEqual([
      expect.stringMatching(/^pytest exited 4: file or directory not found: .*tests\/nothing\.py\.$/),
      expect.stringMatching(/^pytest exited 4: not found: .*test_round_trip_2\.$/),
    ]);
    const { stdout } = await rig.gate("run", "--red", "tests/nothing.py");
    expect(stdout).toContain("file or directory not found: ");
  });

  it("says of a test that is not there that it did not run", { timeout: PYTHON_TIMEOUT }, async () => {
    const { red, ran } = await pytestRig(9);
    const { ok, selectors } = await red(`${ROUND_TRIP}_2`, "tests/nothing.py");
    expect(ok).toBe(false);
    expect(selectors.map(({ state }) => state)).toEqual(["not-run", "not-run"]);
    expect(ran()).not.toContain("test_round_trip");
  });

  it.each([
    [7, "alone", ""],
    [8, "alone", ""],
    [9, "with xdist", "-n 2 "],
  ] as const)(
    "goes so with a test file that cannot be imported yet, pytest %i %s",
    { timeout: PYTHON_TIMEOUT },
    async (version, _how, option) => {
      const { rig } = await pytestRig(version, `$PYTHON -m pytest ${option}tests`);
      rig.write("tests/test_store.py", "def test_works(): pass\n");
      rig.write(
        "tests/test_next.py",
        "from store import Bundle\ndef test_a(): Bundle()\ndef test_b(): Bundle()\n",
      );
      await rig.git("add", ".");
      const red = await rig.gate("run", "--red", "tests/test_next.py::test_a", "tests/test_next.py::test_b");
      expect([red.code, red.stdout]).toEqual([0, expect.stringContaining("2 selectors, all red")]);
      const yaml = red.stdout.slice(red.stdout.indexOf("    expected-failures:"));
      expect(yaml.match(/match: .*/g)).toEqual(['match: "tests/test_next.py"']);
      const text = rig.read("gate.yaml").replace(/ {4}skips: .*\n/, "");
      rig.write("gate.yaml", text + yaml);
      await rig.git("add", ".");
      const declared = await rig.gate("run");
      const said = "1 passed, 1 failed as expected";
      expect([declared.code, declared.stdout]).toEqual([0, expect.stringContaining(said)]);
      // once it can be imported, its tests are to be declared by their own names
      rig.write("store.py", "class Bundle:\n    def __init__(self): raise NotImplementedError\n");
      await rig.git("add", ".");
      const imported = await rig.gate("run");
      expect(imported.code).toBe(1);
      expect(imported.stderr).toContain('"tests/test_next.py" matches no test of the run');
    },
  );

  it("proposes the pattern of one test alone where its name has a star", {
    timeout: PYTHON_TIMEOUT,
  }, async () => {
    const { rig } = await pytestRig(9);
    rig.write(
      "tests/test_store.py",
      'import pytest\n@pytest.mark.parametrize("op", ["*", "**", "a"])\ndef test_op(op): assert "*" not in op\n',
    );
    rig.write("gate.yaml", rig.read("gate.yaml").replace(/ {4}skips: .*\n/, ""));
    await rig.git("add", ".");
    const red = await rig.gate(
      "run",
      "--red",
      "tests/test_store.py::test_op[*]",
      "tests/test_store.py::test_op[**]",
    );
    const yaml = red.stdout.slice(red.stdout.indexOf("    expected-failures:"));
    expect(yaml.match(/match: .*/g)).toEqual([
      String.raw`match: "tests/test_store.py::test_op[\\*]"`,
      String.raw`match: "tests/test_store.py::test_op[\\*\\*]"`,
    ]);
    rig.write("gate.yaml", rig.read("gate.yaml") + yaml);
    await rig.git("add", ".");
    const declared = await rig.gate("run");
    expect([declared.code, declared.stdout]).toEqual([
      0,
      expect.stringContaining("1 passed, 2 failed as expected"),
    ]);
  });

  it("goes from red through declared to green, without torch", { timeout: PYTHON_TIMEOUT }, async () => {
    const { rig } = await pytestRig(9);
    const ended = await rig.gate(
      "run",
      "--red",
      ROUND_TRIP,
      NAMES,
      "tests/test_store.py::test_starts_pytest",
    );
    expect(ended.code).toBe(0);
    const yaml = ended.stdout.slice(ended.stdout.indexOf("    expected-failures:"));
    rig.write("gate.yaml", rig.read("gate.yaml") + yaml);
    await rig.git("add", ".");
    const declared = await rig.gate("run");
    expect(declared.stdout).toContain("1 passed, 4 failed as expected, 1 skipped as declared");
    expect(JSON.parse(rig.read("test-reports/torch-tests.json"))).toMatchObject({
      tests: {
        [ROUND_TRIP]: {
          outcome: "xfailed",
          message: "red: NotImplementedError: load does not build models yet",
        },
        "tests/test_store.py::TestStore::test_weights": {
          outcome: "skipped",
          message: "torch is not installed",
        },
      },
    });
    rig.write("store.py", BUILT);
    await rig.git("add", ".");
    const built = await rig.gate("run");
    expect(built.code).toBe(1);
    expect(built.stderr).toContain("1 test passed although expected to fail");
    expect(built.stderr).toContain(`passed    ${ROUND_TRIP}`);
    expect((await rig.gate("run", "--red", ROUND_TRIP)).code).toBe(1);
  });
});
