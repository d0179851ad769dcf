import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FakeTest } from "../rig/fake-suite.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";

const NO_GPU = "echo 'No devices were found'; exit 6";
const ONE_GPU =
  "echo '0, NVIDIA GeForce RTX 4090, 550.54.14, 24564, GPU-8f1c2a34-5b6d-4e7f-9a0b-1c2d3e4f5a6b'";

const GOOD: FakeTest = { id: "tests/test_store.py::test_params" };
const SKIPPED: FakeTest = {
  id: "tests/test_store.py::test_weights",
  outcome: "skipped",
  message: "torch sees no CUDA device",
};

/** A suite that notes what it was told of devices. */
async function toldRig(suiteLines: string, tests: readonly FakeTest[] = [GOOD]): Promise<Rig> {
  const rig = await Rig.create();
  rig.suite.answers(tests, { before: 'echo "$' + '{CUDA_VISIBLE_DEVICES-unset} $MLFLOW" > .gate/told' });
  rig.writeProject(suiteLines);
  await rig.git("add", ".");
  return rig;
}

/** gate where nvidia-smi is this script. */
function gateOn(rig: Rig, script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const directory = join(rig.base, "driver");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "nvidia-smi"), 0o755);
  return rig.gateWith({ PATH: `${directory}:${rig.env.PATH}`, ...env }, "run");
}

describe("what a suite is told of devices", () => {
  it.each([
    ["optional", NO_GPU, {}, " memory"],
    ["optional", NO_GPU, { CUDA_VISIBLE_DEVICES: "0" }, " memory"],
    ["optional", ONE_GPU, {}, "unset memory"],
    ["optional", ONE_GPU, { CUDA_VISIBLE_DEVICES: "1" }, "1 memory"],
    ["none", NO_GPU, {}, "unset memory"],
    ["none", NO_GPU, { CUDA_VISIBLE_DEVICES: "0" }, "0 memory"],
    ["required", ONE_GPU, {}, "unset memory"],
  ])("gpu: %s, where nvidia-smi does: %s, with %o", async (gpu, script, env, told) => {
    const rig = await toldRig(`    gpu: ${gpu}\n    env: { MLFLOW: memory }\n`);
    expect((await gateOn(rig, script, env)).code).toBe(0);
    expect(rig.read(".gate/told")).toBe(`${told}\n`);
  });

  it("the suite's own env has the last word", async () => {
    const rig = await toldRig('    gpu: optional\n    env: { CUDA_VISIBLE_DEVICES: "-1" }\n');
    await gateOn(rig, NO_GPU);
    expect(rig.read(".gate/told")).toBe("-1 \n");
  });
});

describe("a test that is skipped where there is no GPU", () => {
  const OPTIONAL = "    gpu: optional\n";
  const DECLARED = `${OPTIONAL}    skips: [{ match: "*::test_weights", reason: needs a GPU }]\n`;

  it("is recorded as skipped, for its own reason", async () => {
    const rig = await toldRig(DECLARED, [GOOD, SKIPPED]);
    const ended = await gateOn(rig, NO_GPU);
    expect(ended.stdout).toContain("1 passed, 1 skipped as declared");
    expect(JSON.parse(rig.read("test-reports/model-tests.json"))).toMatchObject({
      tests: { [SKIPPED.id]: { outcome: "skipped", message: SKIPPED.message } },
      machine: { gpus: [] },
    });
    expect(JSON.parse(rig.read("test-reports/logs/test_weights/metadata.json"))).toMatchObject({
      outcome: "skipped",
      passed: false,
      message: SKIPPED.message,
    });
  });

  it("has to be declared all the same", async () => {
    const rig = await toldRig(OPTIONAL, [GOOD, SKIPPED]);
    const ended = await gateOn(rig, NO_GPU);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("1 test was skipped without a declared reason");
  });

  it("leaves nothing to accept where it is the only one", async () => {
    const rig = await toldRig(DECLARED, [SKIPPED]);
    expect((await gateOn(rig, NO_GPU)).stderr).toContain("The only test was skipped");
  });
});
