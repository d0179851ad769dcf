import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const NODE_TEST = `"${process.execPath}" --test`;

/** What is said of a suite of node:test that passes, started with this. */
async function said(command: string): Promise<string> {
  const rig = await Rig.create();
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: '${command}'\n    inputs: [src, a.test.mjs]\n`,
  );
  rig.write("src/router.py", "route = 1\n");
  rig.write("a.test.mjs", `import test from "node:test";\ntest("one", () => {});\n`);
  await rig.git("add", ".");
  const { code, stderr } = await rig.gate("run");
  expect(code).toBe(1);
  return stderr;
}

describe("a runner whose command names no reporter of gate's", () => {
  it("is told which, where gate has one for it", async () => {
    const told = await said(`${NODE_TEST} a.test.mjs`);
    expect(told).toContain(
      "node:test ran without gate's reporter. Add to the command:  --test-reporter=spec",
    );
    expect(told).toContain("--test-reporter=model-gate/node-test --test-reporter-destination=stderr");
    expect(told).not.toContain("PYTEST_ADDOPTS");
    expect(await said("echo vitest run")).toContain("--reporter=default --reporter=model-gate/vitest");
  });

  it("is told that the one it names is not installed", async () => {
    const reporter = "--test-reporter=model-gate/node-test --test-reporter-destination=stderr";
    const told = await said(`${NODE_TEST} ${reporter} a.test.mjs`);
    expect(told).toContain("the runner did not find gate's reporter");
    expect(told).toContain("npm install --save-dev model-gate");
    expect(told).not.toContain("PYTHONPATH");
  });

  it("is told nothing of reporters where the shell found no program", async () => {
    const told = await said("no-such-python -m pytest");
    expect(told).toContain("the shell did not find its program");
    expect(told).not.toContain("PYTHONPATH");
  });

  it("is quoted where it did not take its own options", async () => {
    expect(await said(`${NODE_TEST} --no-such-option a.test.mjs`)).toContain(
      "exited 9: bad option: --no-such-option.",
    );
  });
});
