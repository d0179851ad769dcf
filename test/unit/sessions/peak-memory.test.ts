import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { GpuLog } from "../../../src/sessions/gpu-log.ts";
import {
  type MemorySample,
  peakDuring,
  peakOf,
  readMemorySamples,
} from "../../../src/sessions/peak-memory.ts";
import type { GpuSample } from "../../../src/suite/gpu-telemetry.ts";

const START = Date.parse("2026-02-13T14:27:22.000Z");

function session(): string {
  const directory = mkdtempSync(join(tmpdir(), "gate-peak-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function gpu(parts: Partial<GpuSample>): GpuSample {
  return {
    index: 0,
    name: "NVIDIA L4",
    utilisation: 50,
    memoryUsedMiB: 100,
    memoryTotalMiB: 24_576,
    temperature: 60,
    power: 70.5,
    ...parts,
  };
}

describe("the memory that a session saw in use", () => {
  it("is what its gpu.csv says", async () => {
    const directory = session();
    const log = new GpuLog(directory);
    const take = (second: number, parts: Partial<GpuSample>) =>
      log.take({ kind: "gpu", at: new Date(START + second * 1000), gpu: gpu(parts) });
    take(0, { memoryUsedMiB: 300 });
    take(0, { index: 1, name: 'A "100", 80 GB', memoryUsedMiB: 7000 });
    take(1, { memoryUsedMiB: null, utilisation: null, power: null });
    take(2, { memoryUsedMiB: 400 });
    log.finish();
    const samples = await readMemorySamples(directory);
    expect(samples).toEqual([
      { atMs: START, usedMiB: 300 },
      { atMs: START, usedMiB: 7000 },
      { atMs: START + 2000, usedMiB: 400 },
    ]);
    expect(peakOf(samples)).toBe(7000);
  });

  it("is what there is of a file that breaks off, or of a session that was resumed", async () => {
    const directory = session();
    const header =
      "time,index,name,utilisation_percent,memory_used_mib,memory_total_mib,temperature_c,power_w";
    const line = "2026-02-13T14:27:22.000Z,0,NVIDIA L4,50,300,24576,60,70";
    writeFileSync(join(directory, "gpu.csv"), `${header}\n${line}\n${header}\n${line}\n${line.slice(0, 44)}`);
    expect(await readMemorySamples(directory)).toHaveLength(2);
  });

  it("is unknown where there is no such file", async () => {
    const samples = await readMemorySamples(session());
    expect(samples).toEqual([]);
    expect(peakOf(samples)).toBeNull();
  });
});

describe("what was in use while a test ran", () => {
  const samples = [100, 9000, 600, 700].map((usedMiB, second) => ({ atMs: START + second * 1000, usedMiB }));
  const during = (from: number, duration: number | null) =>
    peakDuring(samples, { startedAt: new Date(START + from).toISOString(), duration });

  it.each([
    ["all of it", 0, 10, 9216],
    ["from its start", 1500, 10, 1024],
    ["to its end", 0, 0.5, 512],
    ["at the very moment of a sample", 2000, 0, 1024],
    ["no more than a step needs", 3000, 1, 1024],
  ])("is told of %s", (_, from, duration, expected) => {
    expect(during(from, duration)).toBe(expected);
  });

  it.each([
    ["between two samples", 1200, 0.5],
    ["after the last", 4000, 1],
    ["for nobody knows how long", 0, null],
  ])("is not known of one that ran %s", (_, from, duration) => {
    expect(during(from, duration)).toBeNull();
  });

  it("is not known of one that began nobody knows when", () => {
    expect(peakDuring(samples, { startedAt: null, duration: 1 })).toBeNull();
  });

  it("is the most of the samples in its time, rounded up", () => {
    const sample = fc.record({ atMs: fc.integer({ min: 0, max: 50 }), usedMiB: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(sample), fc.nat(50), fc.nat(50), (unsorted, from, length) => {
        const sorted: readonly MemorySample[] = unsorted.toSorted((left, right) => left.atMs - right.atMs);
        const test = { startedAt: new Date(from).toISOString(), duration: length / 1000 };
        const seen = sorted.filter(({ atMs }) => atMs >= from && atMs <= from + length);
        const peak = peakDuring(sorted, test);
        const most = peakOf(seen);
        expect(peak).toBe(most === null ? null : Math.ceil(most / 512) * 512);
      }),
    );
  });
});
