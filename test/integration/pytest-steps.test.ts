import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, pytestEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const SUITE = `
import pytest
from gate_record import gate_log

@pytest.mark.parametrize("number", range(6))
@pytest.mark.phase("warm")
def test_warm(number):
    gate_log("adapter", "warm %d" % number)
    print("::gate metrics::%d tokens" % number)

@pytest.mark.phase("chat")
@pytest.mark.area("llm")
def test_chat():
    gate_log("adapter", "chat")
    print("::gate validator::looks wrong")
    assert False

def test_plain(): print("::gate adapter::plain")
`;

/** Runs the suite above with these options; returns the session's directory. */
async function session(options: string): Promise<string> {
  const python = join(await pytestEnvironment(9), "bin");
  const rig = await Rig.create({ hooks: false });
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: pytest -q ${options} tests\n    inputs: [tests, pytest.ini]\n    domains: { marker: area }\n    steps: { marker: phase }\n`,
  );
  rig.write(".gitignore", ".gate/\n__pycache__/\n.pytest_cache/\n");
  rig.write("pytest.ini", "[pytest]\nmarkers =\n  phase\n  area\n");
  rig.write("tests/unit/test_steps.py", SUITE);
  await rig.git("add", ".");
  const ended = await rig.gateWith({ PATH: `${python}:${rig.env.PATH}` }, "run");
  expect(ended.code).toBe(1);
  const [name = ""] = readdirSync(join(rig.directory, ".gate/sessions"));
  return join(rig.directory, ".gate/sessions", name);
}

describeWithPython("a session of pytest, grouped by marks", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([
    ["one after the other", ""],
    ["side by side", "-n 2"],
    ["with its output uncaptured", "-s"],
  ])("has what each part said in the step of the test that said it, and once: %s", async (_, options) => {
    const directory = await session(options);
    const texts = (path: string) =>
      readFileSync(join(directory, "logs", path), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^\S+ \[\w+\] /, ""))
        .toSorted();
    const results = (domain: string) =>
      JSON.parse(readFileSync(join(directory, `${domain}.json`), "utf8")).results;
    const steps = new Map<string, number>();
    for (const { name, step } of [...results("llm"), ...results("tests")]) {
      const phase = name.replace(/\[.*/, "");
      expect(steps.get(phase) ?? step).toBe(step);
      steps.set(phase, step);
    }
    expect([...steps.values()].toSorted()).toEqual([1, 2, 3]);
    expect(results("llm")).toMatchObject([{ name: "test_chat", outcome: "failed" }]);
    const logOf = (test: string, part: string) => `step_00${steps.get(test)}/${part}.log`;
    const numbers = [0, 1, 2, 3, 4, 5];
    expect(texts(logOf("test_warm", "adapter"))).toEqual(numbers.map((one) => `warm ${one}`));
    expect(texts(logOf("test_chat", "adapter"))).toEqual(["chat"]);
    // nobody says which of several quick tests has printed what nobody captured
    if (options === "-s") return;
    expect(texts(logOf("test_warm", "metrics"))).toEqual(numbers.map((one) => `${one} tokens`));
    expect(texts(logOf("test_chat", "validator"))).toEqual(["looks wrong"]);
    expect(texts(logOf("test_plain", "adapter"))).toEqual(["plain"]);
    expect(readdirSync(join(directory, "logs")).toSorted()).toEqual([
      "run.log",
      "step_001",
      "step_002",
      "step_003",
    ]);
  });
});
