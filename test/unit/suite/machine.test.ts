import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { machineFacts } from "../../../src/suite/machine.ts";

describe("the facts of this machine", () => {
  const gpu = {
    index: 3,
    name: "NVIDIA GeForce RTX 4090",
    driver: "550.54.14",
    memoryMiB: 24564,
    uuid: "GPU-8f1c2a34-5b6d-4e7f-9a0b-1c2d3e4f5a6b",
  };
  const facts = machineFacts([gpu]);

  it("say what a result may depend on", () => {
    expect(facts.os).toMatch(/^\S+ \d+\.\d+ \S+$/);
    expect(facts.cpus).toBeGreaterThanOrEqual(1);
    expect(facts.memoryBytes).toBeGreaterThan(0);
    expect(facts.node).toBe(process.version);
    expect(facts.gpus).toEqual([{ name: gpu.name, driver: gpu.driver, memoryMiB: 24564 }]);
  });

  it("do not name the machine", () => {
    expect(JSON.stringify(facts)).not.toContain(gpu.uuid);
    expect(facts.os.split(" ")).not.toContain(hostname());
    expect(Object.keys(facts).sort()).toEqual(["cpus", "gpus", "memoryBytes", "node", "os"]);
  });
});
