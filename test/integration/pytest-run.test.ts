import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, type PytestVersion, pytestEnvironment } from "../rig/python.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

/** A repository whose suite is pytest; `run` is the command without the way to Python. */
async function repository(
  version: PytestVersion,
  run: string,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly rig: Rig; readonly env: Readonly<Record<string, string>> }> {
  const python = join(await pytestEnvironment(version), "bin");
  const rig = await Rig.create({ hooks: false });
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: ${run}\n    inputs: [tests]\n    logs: ["**/session*.log"]\n`,
  );
  rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n");
  for (const [path, content] of Object.entries(files)) rig.write(path, content);
  await rig.git("add", ".");
  return { rig, env: { PATH: `${python}:${rig.env.PATH}` } };
}

const PASSING = { "tests/test_a.py": "def test_a(): pass\n" };

describeWithPython("gate run", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([7, 9] as const)(
    "makes the reports of the sample project with pytest %i, file by file",
    async (version) => {
      const python = join(await pytestEnvironment(version), "bin");
      const rig = await Rig.create({ hooks: false });
      cpSync(join(PROJECT, "examples/pytest-agent"), rig.directory, { recursive: true });
      await rig.git("add", ".");
      const ended = await rig.gateWith({ PATH: `${python}:${rig.env.PATH}` }, "run");
      expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("7 passed")]);
      const logged = [
        "test_file_is_written_by_a_tool",
        "test_hello_produces_response",
        "test_question_goes_to_reasoning",
        "test_thanks_produces_acknowledgment",
      ];
      const staged = await rig.git("diff", "--cached", "--name-only", "--", "test-reports");
      const routed = staged
        .split("\n")
        .flatMap((path) => /^test-reports\/(test_route.*)\.puml$/.exec(path)?.[1] ?? []);
      expect(routed).toHaveLength(3);
      expect(staged.split("\n").sort()).toEqual(
        [
          "model-tests-latest.txt",
          "model-tests.hash",
          "model-tests.json",
          ...[...logged, ...routed].flatMap((test) => [`${test}.puml`, `logs/${test}/metadata.json`]),
          ...logged.flatMap((test) => [`logs/${test}/session.log`, `logs/${test}/session_model.log`]),
        ]
          .map((path) => `test-reports/${path}`)
          .sort(),
      );
      const metadata = JSON.parse(rig.read("test-reports/logs/test_hello_produces_response/metadata.json"));
      expect(metadata).toMatchObject({
        test_name: "test_hello_produces_response",
        passed: true,
        tier: "simple",
        prompt: "Hello",
        duration_s: expect.any(Number),
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
      const log = rig.read("test-reports/logs/test_hello_produces_response/session_model.log");
      expect(log).toContain("prompt: Hello");
      expect(log).toContain("response: Hello! How can I help?");
      const diagram = rig.read("test-reports/test_file_is_written_by_a_tool.puml");
      expect(diagram).toContain("write_file");
      expect(await rig.decision()).toBe("fresh");
    },
  );

  it("records a run with a binary log and one that was cut off, and says so", async () => {
    const { rig, env } = await repository(9, "pytest tests", {
      "tests/test_a.py": `
def test_a(tmp_path):
    (tmp_path / "session.log").write_bytes(b"\\x89PNG\\0\\1" * 10)
    (tmp_path / "session_long.log").write_text("word\\n" * 40000)
`,
    });
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    max-report-size: 64KiB\n`);
    await rig.git("add", ".");
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
    expect(ended.stdout).toContain(
      "log session.log of tests/test_a.py::test_a is a binary file: a note stands",
    );
    expect(ended.stdout).toMatch(/log session_long\.log of tests\/test_a\.py::test_a was cut off: \d+ bytes/);
    expect(rig.read("test-reports/logs/test_a/session.log.not-copied.txt")).toMatch(
      /^model-gate: session\.log was not copied: it is a binary file\. 60 bytes, SHA-256 [0-9a-f]{64}\n$/,
    );
    expect(rig.exists("test-reports/logs/test_a/session.log")).toBe(false);
  });

  it("keeps what the project sets in PYTEST_ADDOPTS and PYTHONPATH", async () => {
    const { rig, env } = await repository(8, "pytest tests", {
      "tests/test_a.py": "def test_a(): pass\n",
      "tests/test_b.py": "import helper\ndef test_b(): pass\n",
      "more/helper.py": "",
    });
    const own = { ...env, PYTEST_ADDOPTS: "--verbose", PYTHONPATH: join(rig.directory, "more") };
    const ended = await rig.gateWith(own, "run");
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("2 passed")]);
    expect(ended.stderr).toContain("tests/test_a.py::test_a PASSED");
  });

  it("runs a project whose environment is its own .venv, linked into the repository", async () => {
    const environment = await pytestEnvironment(9);
    const { rig } = await repository(9, ".venv/bin/python -m pytest tests", PASSING);
    rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n.venv\n");
    await rig.run("ln", ["-s", environment, ".venv"]);
    await rig.git("add", ".");
    const ended = await rig.gate("run");
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("1 passed")]);
  });

  it.each([
    ["PYTEST_ADDOPTS=-q pytest tests", "PYTEST_ADDOPTS was replaced"],
    ["pytest -p no:gate_pytest tests", "-p no:gate_pytest was given"],
    ['env -i PATH="$PATH" pytest tests', "PYTHONPATH or PYTEST_ADDOPTS was cleared"],
    ["PYTHONPATH= pytest tests", "PYTHONPATH was replaced"],
  ])("says that the plugin is missing: %s", async (run, reason) => {
    const { rig, env } = await repository(9, `'${run}'`, PASSING);
    const ended = await rig.gateWith(env, "run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("pytest ran without gate's plugin");
    expect(ended.stderr).toContain(reason);
  });

  it.each([
    ["pytest -p no:gate_pytest tests", "-p no:gate_pytest was given", "Take -p no:gate_pytest out of"],
    ["PYTHONPATH=tests pytest tests", "PYTHONPATH was replaced", "add to PYTHONPATH"],
    ["sh ./with-other-path", "PYTHONPATH was replaced", "add to PYTHONPATH"],
    [
      "sh ./with-nothing",
      "If it starts pytest, PYTHONPATH or PYTEST_ADDOPTS was set anew",
      "add to PYTHONPATH",
    ],
    ["sh ./another-runner", "If it starts another runner, add a gate reporter", "`results:`"],
  ])("names what is to be mended: %s", async (run, reason, cure) => {
    const { rig, env } = await repository(9, `'${run}'`, {
      ...PASSING,
      "with-other-path": "PYTHONPATH=tests pytest tests\n",
      "with-nothing": 'env -i PATH="$PATH" pytest tests\n',
      "another-runner": "true\n",
    });
    const ended = await rig.gateWith(env, "run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(reason);
    expect(ended.stderr).toContain(cure);
  });

  it("does not take a suite that imports pytest, or asks for its version, for one that lost the plugin", async () => {
    const { rig, env } = await repository(
      9,
      "pytest --version && python -c 'import pytest' && pytest tests",
      PASSING,
    );
    const ended = await rig.gateWith(env, "run");
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("1 passed")]);
  });
});
