import { expect, it } from "vitest";
import { outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const SUITE = `
import asyncio, multiprocessing, subprocess, sys, threading
import pytest
from gate_record import gate_record

def test_turns():
    gate_record(prompt="hi", tier="simple", thinking="short", response="hello", tokens=12, tool_calls=[
        {"name": "lookup", "arguments": {"q": "hi"}, "result": ["yes"]},
        {"tool": "write", "arguments": {}},
        {"type": "function", "function": {"name": "call", "arguments": "{}"}},
    ])
    gate_record(prompt="again", response="hello again")
def test_properties(record_property):
    record_property("tier", "code")
    gate_record(seen={"a": {3, 1}, "b": object()}, model=int)
def test_fixture(gate_record): gate_record(response="from the fixture")
def test_thread():
    thread = threading.Thread(target=gate_record, kwargs={"response": "from a thread"})
    thread.start(); thread.join()
@pytest.mark.asyncio
async def test_asyncio():
    async def say(): gate_record(response="from a task")
    await asyncio.create_task(say())
def test_process():
    subprocess.run([sys.executable, "-c", "from gate_record import gate_record; gate_record(response='from a process')"], check=True)
def test_fork():
    process = multiprocessing.get_context("fork").Process(target=gate_record, kwargs={"response": "from a fork"})
    process.start(); process.join()
    assert process.exitcode == 0
@pytest.mark.tier("simple")
@pytest.mark.slow
@pytest.mark.skipif(False, reason="never")
@pytest.mark.parametrize("prompt, model", [("hi", object())])
def test_details(prompt, model): pass
`;

const ini = "[pytest]\nmarkers =\n  tier\n  slow\n";

const response = (text: string) => [{ kind: "response", text }];

describeWithPython.each(PYTEST_VERSIONS)("pytest %i", { timeout: PYTHON_TIMEOUT }, (version) => {
  it.each([
    ["alone", []],
    ["with xdist", ["-n", "2"]],
  ])("%s: a test records what it said, and what it is", async (_how, args) => {
    const project = await PytestProject.create(version);
    project.write({ "test_record.py": SUITE, "pytest.ini": ini });
    const run = await project.run(args);
    expect(run.doubts).toEqual([]);
    expect(new Set(Object.values(outcomes(run.tests)))).toEqual(new Set(["passed"]));
    const by = new Map(run.tests.map((test) => [test.name, test]));
    expect(by.get("test_turns")).toMatchObject({
      turns: [
        { kind: "prompt", text: "hi", tier: "simple" },
        { kind: "thinking", text: "short" },
        { kind: "tool-call", tool: "lookup", arguments: { q: "hi" } },
        { kind: "tool-result", tool: "lookup", result: ["yes"] },
        { kind: "tool-call", tool: "write", arguments: {} },
        { kind: "tool-call", tool: "call", arguments: "{}" },
        { kind: "response", text: "hello" },
        { kind: "prompt", text: "again" },
        { kind: "response", text: "hello again" },
      ],
      properties: { tokens: 12 },
    });
    expect(by.get("test_properties")?.properties).toEqual({
      tier: "code",
      seen: { a: [1, 3], b: "<object object>" },
      model: "builtins.int",
    });
    expect(by.get("test_fixture")?.turns).toEqual(response("from the fixture"));
    expect(by.get("test_thread")?.turns).toEqual(response("from a thread"));
    expect(by.get("test_asyncio")?.turns).toEqual(response("from a task"));
    expect(by.get("test_process")?.turns).toEqual(response("from a process"));
    expect(by.get("test_fork")?.turns).toEqual(response("from a fork"));
    expect(by.get("test_details[hi-model0]")?.properties).toEqual({
      markers: [{ name: "tier", args: ["simple"] }, "slow"],
      params: { prompt: "hi", model: "<object object>" },
    });
  });
});

describeWithPython("gate_record", { timeout: PYTHON_TIMEOUT }, () => {
  const SAYS = "from gate_record import gate_record\ngate_record(prompt='hi', tokens=1)\n";

  it("does nothing where gate does not run the suite", async () => {
    const project = await PytestProject.create(9);
    project.write({ "say.py": `${SAYS}print('said')\n` });
    const outside = await project.run([], { program: ["say.py"], env: { GATE_EVENTS: "" } });
    expect([outside.code, outside.stdout]).toEqual([0, "said\n"]);
  });

  it.each([
    ["was taken away", ["-p", "no:gate_pytest"], {}],
    ["was replaced", [], { PYTEST_ADDOPTS: "-v" }],
    ["was taken away from xdist's workers", ["-p", "no:gate_pytest", "-n", "2"], {}],
  ])("does nothing where the plugin %s", async (_how, args, env) => {
    const project = await PytestProject.create(9);
    project.write({
      "test_say.py": `${SAYS}
import subprocess, sys
def test_says(): gate_record(prompt="hi", response="hello", tool_calls=["x"])
def test_process(): subprocess.run([sys.executable, "-c", ${JSON.stringify(SAYS)}], check=True)
`,
    });
    const run = await project.run(args, { env });
    expect([run.code, run.results]).toEqual([0, null]);
    expect(run.stdout).toContain("2 passed");
  });

  it("throws where the plugin is there and no test is running", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_say.py": `${SAYS}def test_says(): pass\n`,
      "test_process.py": `
import subprocess, sys
import pytest
@pytest.fixture(scope="session")
def server(): return subprocess.run([sys.executable, "-c", ${JSON.stringify(SAYS)}], stderr=-1)
def test_server(server): assert b"gate_record: no test is running" in server.stderr
`,
    });
    const run = await project.run(["test_say.py"]);
    expect(run.tests).toMatchObject([
      { id: "test_say.py", message: expect.stringContaining("gate_record: no test is running") },
    ]);
    const process = await project.run(["test_process.py"], { settings: { observe: true } });
    expect(process.tests).toMatchObject([{ outcome: "passed" }]);
  });

  it("adds up the tokens of several turns, and keeps the last of everything else", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_turns.py": `
import subprocess, sys
from gate_record import gate_record
def test_turns():
    gate_record(prompt="a", response="b", tokens=12, prompt_tokens=4, temperature=0.5, cached_tokens="?")
    gate_record(prompt="c", response="d", tokens=30, prompt_tokens=5, temperature=0.7, cached_tokens="!")
    code = "from gate_record import gate_record; gate_record(tokens=100)"
    subprocess.run([sys.executable, "-c", code], check=True)
`,
    });
    const { tests } = await project.run();
    expect(tests[0]?.properties).toEqual({
      tokens: 142,
      prompt_tokens: 9,
      temperature: 0.7,
      cached_tokens: "!",
    });
  });
});
