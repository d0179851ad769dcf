import { describe, expect, it } from "vitest";
import type { Gpu } from "../../../src/suite/gpu.ts";
import { listed, variablesFor, visibleDevices } from "../../../src/suite/gpu-devices.ts";

function gpu(index: number, uuid: string | null): Gpu {
  return { index, name: "NVIDIA L4", driver: "550", memoryMiB: 24_576, uuid };
}

const GPUS = [gpu(0, "GPU-aaaa-1"), gpu(1, "GPU-bbbb-2"), gpu(2, null)];

function keys(setting: string | undefined): readonly string[] {
  return visibleDevices(GPUS, setting).map(({ key }) => key);
}

describe("what CUDA_VISIBLE_DEVICES shows", () => {
  it.each([
    ["all where it is not set", undefined, ["GPU-aaaa-1", "GPU-bbbb-2", "index 2"]],
    ["none where it is empty", "", []],
    ["none where it says so", "-1", []],
    ["numbers", "1,0", ["GPU-bbbb-2", "GPU-aaaa-1"]],
    ["spaces", " 1 , 2", ["GPU-bbbb-2", "index 2"]],
    ["an id, or its beginning", "GPU-bb,GPU-aaaa-1", ["GPU-bbbb-2", "GPU-aaaa-1"]],
    ["nothing after a wrong entry", "0,7,1", ["GPU-aaaa-1"]],
    ["no id without anything of it", "GPU-", []],
    ["one of them once", "1,GPU-bbbb-2", ["GPU-bbbb-2"]],
    ["a part of a GPU", "MIG-cccc", ["MIG-cccc"]],
  ])("%s", (_, setting, expected) => {
    expect(keys(setting)).toEqual(expected);
  });
});

describe("what leads a suite to its GPUs", () => {
  const all = visibleDevices(GPUS, undefined);

  it("is nothing where it has all that it sees", () => {
    expect(variablesFor(all, all, undefined)).toEqual({});
  });

  it("is the number, counted as nvidia-smi does", () => {
    expect(variablesFor(all.slice(1, 2), all, undefined)).toEqual({
      CUDA_VISIBLE_DEVICES: "1",
      CUDA_DEVICE_ORDER: "PCI_BUS_ID",
    });
  });

  it("is what the user called it, counted as the user does", () => {
    const visible = visibleDevices(GPUS, "GPU-bb,0");
    expect(variablesFor(visible.slice(0, 1), visible, "GPU-bb,0")).toEqual({
      CUDA_VISIBLE_DEVICES: "GPU-bb",
    });
  });

  it("is told in words", () => {
    expect(listed(all, "or")).toBe("GPU 0, GPU 1 or GPU 2");
    expect(listed(all.slice(0, 2), "and")).toBe("GPU 0 and GPU 1");
    expect(listed(all.slice(0, 1), "and")).toBe("GPU 0");
  });
});
