import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { probeGpu } from "../../src/suite/gpu.ts";
import { eventually, processesNaming } from "../rig/execution.ts";

vi.setConfig({ testTimeout: 60_000 });

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gate-gpu-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Puts an nvidia-smi first on the PATH; without a script there is none at all. */
function environment(script?: string): Record<string, string> {
  if (script === undefined) return { PATH: directory };
  const program = join(directory, "nvidia-smi");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return { PATH: `${directory}:/usr/bin:/bin` };
}

describe("asking for GPUs", () => {
  it("lists them as nvidia-smi does", async () => {
    const env = environment(`
      [ "$*" = "--query-gpu=index,name,driver_version,memory.total,uuid --format=csv,noheader,nounits" ] || exit 2
      echo "0, NVIDIA GeForce RTX 4090, 550.54.14, 24564, GPU-8f1c2a34-5b6d-4e7f-9a0b-1c2d3e4f5a6b"
      echo "1, NVIDIA A100, 80 GB, PCIe, 550.54.14, 81920, GPU-00000000-5b6d-4e7f-9a0b-1c2d3e4f5a6b"
      echo "2, NVIDIA GB10, 580.95.05, [N/A], [N/A]"`);
    expect(await probeGpu(env)).toEqual({
      ok: true,
      value: [
        {
          index: 0,
          name: "NVIDIA GeForce RTX 4090",
          driver: "550.54.14",
          memoryMiB: 24564,
          uuid: "GPU-8f1c2a34-5b6d-4e7f-9a0b-1c2d3e4f5a6b",
        },
        {
          index: 1,
          name: "NVIDIA A100, 80 GB, PCIe",
          driver: "550.54.14",
          memoryMiB: 81920,
          uuid: "GPU-00000000-5b6d-4e7f-9a0b-1c2d3e4f5a6b",
        },
        { index: 2, name: "NVIDIA GB10", driver: "580.95.05", memoryMiB: null, uuid: null },
      ],
    });
  });

  it.each([
    ["prints nothing", "exit 0"],
    ["says so", "echo 'No devices were found'; exit 6"],
  ])("finds none where nvidia-smi %s", async (_case, script) => {
    expect(await probeGpu(environment(script))).toEqual({ ok: false, error: "nvidia-smi lists no GPU" });
  });

  it("says that there is no nvidia-smi", async () => {
    expect(await probeGpu(environment())).toEqual({ ok: false, error: "nvidia-smi not found" });
  });

  it.each([
    ["Failed to initialize NVML: Driver/library version mismatch", 18],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9],
  ])("passes on the first line of a failure: %s", async (line, code) => {
    const env = environment(`echo "${line}"; echo "and more" >&2; exit ${code}`);
    expect(await probeGpu(env)).toEqual({ ok: false, error: `nvidia-smi failed: ${line}` });
  });

  it("names the exit code or the signal of a failure without words", async () => {
    expect(await probeGpu(environment("exit 4"))).toEqual({
      ok: false,
      error: "nvidia-smi failed: exit code 4",
    });
    const killed = await probeGpu(environment("kill -SEGV $$"));
    expect(killed).toEqual({ ok: false, error: "nvidia-smi failed: ended by SIGSEGV" });
  });

  it("does not take an answer in another form for a GPU", async () => {
    const answer = await probeGpu(environment("echo 'usage: nvidia-smi'"));
    expect(answer).toEqual({ ok: false, error: "nvidia-smi failed: usage: nvidia-smi" });
  });

  it.skipIf(process.platform !== "linux")(
    "gives up on one that hangs, and leaves nothing of it",
    async () => {
      const answer = await probeGpu(environment('sh -c "sleep 300; :" "$0"'), 500);
      expect(answer).toEqual({ ok: false, error: "nvidia-smi did not answer within 0.5 s" });
      await eventually(() => processesNaming(directory).length === 0);
    },
  );
});
