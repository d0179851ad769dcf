import { join } from "node:path";
import { readIfThere } from "../adapters/files/files.ts";
import type { TestResult } from "../suite/results.ts";
import { GPU_LOG } from "./gpu-log.ts";

/** How much of a GPU's memory was in use at one moment, by whomever. */
export interface MemorySample {
  readonly atMs: number;
  readonly usedMiB: number;
}

/** Half a gibibyte: what a run takes of a GPU is never the same to the byte, and is not to be in every diff. */
const STEP_MIB = 512;

/** What `gpu.csv` of a session tells of memory, in the order of time. A name may hold commas, and the end may be missing. */
const LINE = /^(\S+?Z),\d+,.*,[\d.]*,([\d.]+),[\d.]*,[\d.]*,[\d.]*$/;

export async function readMemorySamples(directory: string): Promise<readonly MemorySample[]> {
  const log = (await readIfThere(join(directory, GPU_LOG)))?.toString("utf8") ?? "";
  const samples = log.split("\n").flatMap((line): MemorySample | [] => {
    const [, time = "", used = ""] = LINE.exec(line) ?? [];
    const sample = { atMs: Date.parse(time), usedMiB: Number(used) };
    return used === "" || Number.isNaN(sample.atMs) || Number.isNaN(sample.usedMiB) ? [] : sample;
  });
  return samples.sort((left, right) => left.atMs - right.atMs);
}

/** The most of one GPU's memory that was in use at once; null where nobody saw any. */
export function peakOf(samples: readonly MemorySample[]): number | null {
  return samples.reduce<number | null>((most, { usedMiB }) => Math.max(most ?? 0, usedMiB), null);
}

/** The same while a test ran, rounded up; null for a test that began and ended between two samples. */
export function peakDuring(
  samples: readonly MemorySample[],
  { startedAt, duration }: Pick<TestResult, "startedAt" | "duration">,
): number | null {
  if (startedAt === null || duration === null) return null;
  const from = Date.parse(startedAt);
  const to = from + Math.round(duration * 1000);
  const first = firstAt(samples, from);
  let most: number | null = null;
  for (let index = first; index < samples.length; index += 1) {
    const sample = samples[index];
    if (sample === undefined || sample.atMs > to) break;
    most = Math.max(most ?? 0, sample.usedMiB);
  }
  return most === null ? null : Math.ceil(most / STEP_MIB) * STEP_MIB;
}

/** Where in them the samples of a time or later begin. */
function firstAt(samples: readonly MemorySample[], atMs: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.atMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
