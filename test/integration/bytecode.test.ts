import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const manifest = (rig: Rig) => JSON.parse(rig.read("test-reports/model-tests.json"));

describe("bytecode that git does not track", () => {
  const leaves = (...paths: readonly string[]) => ({
    before: paths.map((path) => `mkdir -p $(dirname ${path}); echo x > ${path}`).join("\n"),
  });
  const tests = [{ id: "tests/test_hello.py::test_hello" }];

  it.each([
    ["visible", ".gate/\n"],
    ["ignored", ".gate/\n__pycache__/\n*.pyc\n"],
  ])("is no input, no change and no leak: %s", async (_what, rules) => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject("    leaks: error\n");
    rig.write(".gitignore", rules);
    rig.write("src/__pycache__/router.cpython-311.pyc", "old");
    await rig.git("add", "gate.yaml", ".gitignore", "src/router.py");
    rig.suite.answers(tests, leaves("src/__pycache__/router.cpython-313.pyc", "__pycache__/conftest.pyc"));
    for (const how of [[], ["--force"]]) {
      const ended = await rig.gate("run", ...how);
      expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 passed")]);
      expect(ended.stdout).not.toContain("pyc");
      expect(manifest(rig).inputs).toEqual({ files: 1 });
    }
  });

  it("is an input where its source is none: Python runs it", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    await rig.git("add", ".");
    rig.write("src/gone.pyc", "bytecode");
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("src/gone.pyc is untracked and matches the inputs");
  });

  it("stays an input where git tracks it", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    rig.write("src/__pycache__/router.cpython-311.pyc", "kept");
    await rig.git("add", "-f", ".");
    rig.suite.answers(tests, leaves("src/__pycache__/router.cpython-311.pyc"));
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("src/__pycache__/router.cpython-311.pyc changed while the suite ran");
  });
});
