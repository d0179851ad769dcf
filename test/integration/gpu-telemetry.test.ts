import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listProcessIds, readKernelFile } from "../../src/adapters/files/kernel.ts";
import { type GpuSample, parseSample, startGpuTelemetry } from "../../src/suite/gpu-telemetry.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gate-telemetry-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A driver of which the tests know what it says. */
function nvidiaSmi(script: string): Readonly<Record<string, string>> {
  const file = join(directory, "nvidia-smi");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${directory}:/usr/bin:/bin` };
}

function alive(mark: string): number {
  const carries = (pid: number) =>
    readKernelFile(`/proc/${pid}/environ`)?.toString("latin1").includes(mark) ?? false;
  return (listProcessIds() ?? []).filter(carries).length;
}

describe("GPU telemetry", () => {
  it("tells of every GPU as nvidia-smi does, and leaves no process", async () => {
    const env = nvidiaSmi(`
echo '0, NVIDIA GeForce RTX 4090, 87, 20123, 24564, 64, 311.52'
echo 'WARNING: infoROM is corrupted at gpu 0000:00:1E.0'
printf '1, NVIDIA A100 MIG 1g.5gb, [N/A], '
echo '33, 4864, [N/A], [N/A]'
while :; do sleep 1; done`);
    const samples: GpuSample[] = [];
    const mark = crypto.randomUUID();
    const both = new Promise<void>((resolve) => {
      const take = (sample: GpuSample) => {
        samples.push(sample);
        if (samples.length === 2) resolve();
      };
      stopping = startGpuTelemetry({ env, mark, indexes: [0, 1], take });
    });
    await both;
    await (await stopping).stop();
    expect(samples).toEqual([
      {
        index: 0,
        name: "NVIDIA GeForce RTX 4090",
        utilisation: 87,
        memoryUsedMiB: 20123,
        memoryTotalMiB: 24564,
        temperature: 64,
        power: 311.52,
      },
      {
        index: 1,
        name: "NVIDIA A100 MIG 1g.5gb",
        utilisation: null,
        memoryUsedMiB: 33,
        memoryTotalMiB: 4864,
        temperature: null,
        power: null,
      },
    ]);
    expect(alive(mark)).toBe(0);
  });

  it("says nothing of GPUs that are not the run's", async () => {
    const env = nvidiaSmi(`
echo '0, NVIDIA L4, 1, 2, 3, 4, 5'
echo '1, NVIDIA L4, 1, 2, 3, 4, 5'
while :; do sleep 1; done`);
    const mark = crypto.randomUUID();
    const first = new Promise<GpuSample>((resolve) => {
      stopping = startGpuTelemetry({ env, mark, indexes: [1], take: resolve });
    });
    expect((await first).index).toBe(1);
    await (await stopping).stop();
  });

  it.each([
    ["there is none", null],
    ["it hangs and ignores signals", "trap '' TERM; while :; do sleep 1; done"],
    ["it fails", "echo NVIDIA-SMI has failed; exit 9"],
  ])("does no harm where %s", async (_, script) => {
    const env = script === null ? { PATH: "/usr/bin:/bin" } : nvidiaSmi(script);
    const samples: GpuSample[] = [];
    const mark = crypto.randomUUID();
    const telemetry = await startGpuTelemetry({
      env,
      mark,
      indexes: [0],
      take: (sample) => samples.push(sample),
    });
    await telemetry.stop();
    expect(samples).toEqual([]);
    expect(alive(mark)).toBe(0);
  });

  it.each(["", "No devices were found", "0, NVIDIA, 1", "x, NVIDIA, 1, 2, 3, 4, 5"])("is not %s", (line) => {
    expect(parseSample(line)).toBeNull();
  });

  it("keeps a name with a comma", () => {
    expect(parseSample("0, A, B, 1, 2, 3, 4, 5")?.name).toBe("A, B");
  });
});

let stopping: ReturnType<typeof startGpuTelemetry>;
