import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, type PytestVersion, pytestEnvironment } from "../rig/python.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

/** Every test notes that it ran; `test_held` waits for as long as a file is there. */
const TESTS = `
import os, pathlib, time
import pytest

BASE = pathlib.Path(os.environ["RIG_BASE"])

def note(name):
    with open(BASE / "ran", "a") as file:
        file.write(name + "\\n")

@pytest.mark.parametrize("number", range(4))
def test_before(number):
    note(f"before {number}")
    assert number != 2 or not (BASE / "fails").exists()

def test_held():
    note("held")
    while (BASE / "hold").exists():
        time.sleep(0.01)

@pytest.mark.parametrize("number", range(3))
def test_after(number):
    note(f"after {number}")
`;

class Held {
  readonly rig: Rig;
  readonly env: Readonly<Record<string, string>>;

  static async create(version: PytestVersion, run = "pytest -p no:cacheprovider tests"): Promise<Held> {
    const python = join(await pytestEnvironment(version), "bin");
    const rig = await Rig.create({ hooks: false });
    rig.write("gate.yaml", `version: 1\nsuites:\n  model-tests:\n    run: ${run}\n    inputs: [tests]\n`);
    rig.write(".gitignore", ".gate/\n__pycache__/\n");
    rig.write("tests/llm/test_model.py", TESTS);
    await rig.git("add", ".");
    return new Held(rig, { PATH: `${python}:${rig.env.PATH}`, RIG_BASE: rig.base });
  }

  private constructor(rig: Rig, env: Readonly<Record<string, string>>) {
    this.rig = rig;
    this.env = env;
    writeFileSync(join(rig.base, "hold"), "");
  }

  get ran(): readonly string[] {
    const file = join(this.rig.base, "ran");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  get session(): string {
    return readdirSync(join(this.rig.directory, ".gate/sessions")).toSorted().at(-1) ?? "";
  }

  /** How many tests the events say have ended, in all parts. */
  get told(): number {
    return readdirSync(this.directory, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ndjson"))
      .map((name) => readFileSync(join(this.directory, name), "utf8").split('"type":"test-end"').length - 1)
      .reduce((sum, count) => sum + count, 0);
  }

  get directory(): string {
    return join(this.rig.directory, ".gate/sessions", this.session);
  }

  /** Starts gate, and kills it when the held test runs. */
  async killed(...args: readonly string[]): Promise<void> {
    const before = this.ran.filter((name) => name === "held").length;
    const run = start(this.rig, process.execPath, [GATE, ...args], this.env);
    await until(() => this.ran.filter((name) => name === "held").length > before, "the held test to run");
    await until(() => this.told >= 4, "the tests before it to have ended");
    run.signal("SIGKILL");
    await run.ended;
    await until(() => livingProcesses(this.rig).length === 0, "the suite to end");
  }

  release(): void {
    rmSync(join(this.rig.base, "hold"));
  }

  gate(...args: readonly string[]) {
    return this.rig.gateWith(this.env, ...args);
  }

  results(): readonly { readonly id: string; readonly outcome: string }[] {
    return JSON.parse(readFileSync(join(this.directory, "llm.json"), "utf8")).results;
  }
}

const BEFORE = ["before 0", "before 1", "before 2", "before 3"];
const AFTER = ["after 0", "after 1", "after 2"];

describeWithPython("gate run --from, of a pytest that was cut short", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([7, 9] as const)("runs only what had not ended, with pytest %i", async (version) => {
    const held = await Held.create(version);
    await held.killed("run");
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("4 of 8 tests have ended")]);
    expect(held.ran).toEqual([...BEFORE, "held", "held", ...AFTER]);
    expect(ended.stdout).toContain("8 passed");
    expect(ended.stdout).toMatch(
      /resumed once: 4 of 8 tests from \d\d:\d\d, 4 from \d\d:\d\d UTC; 1 had been running and was run again/,
    );
    expect(held.results().map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => "passed"));
    const manifest = JSON.parse(held.rig.read("test-reports/model-tests.json"));
    expect(manifest.parts).toMatchObject([{ cut_short: "killed", tests: 4 }, { tests: 4 }]);
    expect(manifest.deselected).toBeUndefined();
    expect(manifest.tests["tests/llm/test_model.py::test_before[0]"].part).toBeUndefined();
    expect(manifest.tests["tests/llm/test_model.py::test_held"]).toMatchObject({ part: 2, again: true });
    expect(manifest.tests["tests/llm/test_model.py::test_after[0]"]).toMatchObject({ part: 2 });
    await held.rig.git("commit", "-qm", "resumed");
    const verified = await held.gate("verify");
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining("resumed once")]);
    const again = await held.gate("run", "--from", held.session);
    expect(again.code).toBe(0);
    expect(held.ran).toHaveLength(9);
  });

  it("keeps a test that failed", async () => {
    const held = await Held.create(9);
    writeFileSync(join(held.rig.base, "fails"), "");
    await held.killed("run");
    rmSync(join(held.rig.base, "fails"));
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("4 of 8 tests have ended (1 of them failed, and stays so)");
    expect(ended.stderr).toContain("not accepted (failed)");
    expect(ended.stderr).toContain("1 test failed.");
    expect(held.ran.filter((name) => name === "before 2")).toHaveLength(1);
    const once = await held.gate("run", "--from", held.session);
    expect(once.stderr).toContain("came to its end: there is nothing left of it to run");
    expect(held.ran).toHaveLength(9);
  });

  it("resumes what was killed when it was resumed", async () => {
    const held = await Held.create(9);
    await held.killed("run");
    await held.killed("run", "--from", held.session);
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect([ended.code, ended.stdout]).toEqual([
      0,
      expect.stringContaining("resumed twice: 4 of 8 tests from"),
    ]);
    expect(held.ran).toEqual([...BEFORE, "held", "held", "held", ...AFTER]);
    const record = JSON.parse(readFileSync(join(held.directory, "session.json"), "utf8"));
    expect(record.parts).toMatchObject([
      { ended: { end: { kind: "killed" } } },
      { ended: { end: { kind: "killed" } } },
      { ended: { end: { kind: "exited", code: 0 } } },
    ]);
    expect(new Set(record.parts.map(({ mark }: { mark: string }) => mark)).size).toBe(3);
  });

  it("resumes what was interrupted, across the workers of xdist", async () => {
    const held = await Held.create(9, "pytest -p no:cacheprovider -n 2 --dist loadfile tests");
    await held.killed("run");
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("8 passed")]);
    expect(held.ran).toEqual([...BEFORE, "held", "held", ...AFTER]);
  });

  it("calls a test flaky under which the suite died, and that passes later", async () => {
    const held = await Held.create(9);
    const run = start(held.rig, process.execPath, [GATE, "run"], held.env);
    await until(() => held.ran.includes("held"), "the held test to run");
    for (const { pid, command } of livingProcesses(held.rig))
      if (/pytest/.test(command) && !/gate\.js/.test(command)) process.kill(pid, "SIGKILL");
    expect((await run.ended).code).toBe(1);
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("1 test passed only when tried again");
    expect(held.ran).toEqual([...BEFORE, "held", "held", ...AFTER]);
  });

  it("forgives only a pytest that it left tests out of that it had none to run", async () => {
    const pytest = "pytest -p no:cacheprovider";
    const held = await Held.create(9, `${pytest} tests && ${pytest} tests/llm/none.py`);
    held.rig.write("tests/llm/none.py", "");
    await held.rig.git("add", ".");
    await held.killed("run");
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("pytest exited 5")]);
  });

  it("resumes after the time limit, and has nothing to run where all had ended", async () => {
    const held = await Held.create(9);
    held.rig.write("gate.yaml", `${held.rig.read("gate.yaml")}    timeout: 5s\n`);
    await held.rig.git("add", "gate.yaml");
    const limited = await held.gate("run");
    expect([limited.code, limited.stderr]).toEqual([1, expect.stringContaining("timed-out")]);
    held.release();
    const ended = await held.gate("run", "--from", held.session);
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("8 passed")]);
  });
});
