import { join } from "node:path";
import { parse } from "yaml";
import { readIfThere, stateOfFile } from "../adapters/files/files.ts";
import { readLines } from "../adapters/files/streams.ts";
import { GPU_LOG } from "./gpu-log.ts";
import { SYSTEM_INFO } from "./system-info.ts";

export type Fact = readonly [item: string, value: string | number];

const LONGEST_LINE = 1 << 16;

/** What a session's files tell of the machine that it ran on: `system_info.yaml`, and its GPUs over the run. */
export async function systemFacts(directory: string): Promise<readonly Fact[]> {
  return [...(await recordedFacts(directory)), ...(await gpuFacts(join(directory, GPU_LOG)))];
}

async function recordedFacts(directory: string): Promise<readonly Fact[]> {
  const bytes = await readIfThere(join(directory, SYSTEM_INFO));
  if (bytes === null) return [[SYSTEM_INFO, "is not there"]];
  try {
    return flattened(parse(bytes.toString("utf8")), "");
  } catch {
    return [[SYSTEM_INFO, "cannot be read"]];
  }
}

/** One row for each value, named by the way to it: `host.gpus.0.name`. */
function flattened(value: unknown, name: string): Fact[] {
  if (value === null || value === undefined) return [[name, "none"]];
  if (typeof value === "number" && Number.isFinite(value)) return [[name, value]];
  if (typeof value !== "object") return [[name, String(value)]];
  const members = Object.entries(value);
  if (members.length === 0) return [[name, "none"]];
  return members.flatMap(([key, member]) => flattened(member, name === "" ? key : `${name}.${key}`));
}

interface Gpu {
  readonly name: string;
  samples: number;
  utilisation: number;
  memory: number;
  temperature: number;
  power: number;
}

async function gpuFacts(path: string): Promise<readonly Fact[]> {
  if (stateOfFile(path) === null) return [];
  const gpus = new Map<string, Gpu>();
  for await (const line of readLines(path, LONGEST_LINE))
    if (line.kind === "line") addSample(gpus, line.text);
  return [...gpus].flatMap(([index, { name, samples, utilisation, memory, temperature, power }]): Fact[] => [
    [`gpu ${index}`, name],
    [`gpu ${index} samples`, samples],
    [`gpu ${index} utilisation, mean (%)`, Math.round(utilisation / samples)],
    [`gpu ${index} VRAM, most (MiB)`, memory],
    [`gpu ${index} temperature, highest (°C)`, temperature],
    [`gpu ${index} power, highest (W)`, power],
  ]);
}

/** `time,index,name,utilisation,memory used,memory total,temperature,power`; the name may be in quotes. */
const SAMPLE = /^[^,]+,([^,]+),("(?:[^"]|"")*"|[^,]*),([^,]*),([^,]*),[^,]*,([^,]*),([^,]*)$/;

function addSample(gpus: Map<string, Gpu>, line: string): void {
  const [, index = "", name = "", ...numbers] = SAMPLE.exec(line) ?? [];
  if (!/^\d+$/.test(index)) return;
  const [utilisation = 0, memory = 0, temperature = 0, power = 0] = numbers.map((text) => Number(text) || 0);
  const gpu = gpus.get(index) ?? {
    name: name.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'),
    samples: 0,
    utilisation: 0,
    memory: 0,
    temperature: 0,
    power: 0,
  };
  gpu.samples += 1;
  gpu.utilisation += utilisation;
  gpu.memory = Math.max(gpu.memory, memory);
  gpu.temperature = Math.max(gpu.temperature, temperature);
  gpu.power = Math.max(gpu.power, power);
  gpus.set(index, gpu);
}
