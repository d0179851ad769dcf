import type { Gpu } from "./gpu.ts";

/** What a suite can see of the machine's GPUs. */
export interface Device {
  /** Names it on the whole machine, inside containers too. */
  readonly key: string;
  /** For people: `GPU 0`. */
  readonly label: string;
  /** null for one that nvidia-smi does not list by itself: a part of a GPU (MIG). */
  readonly gpu: Gpu | null;
  /** What CUDA_VISIBLE_DEVICES calls it. */
  readonly variable: string;
}

/**
 * The GPUs that CUDA_VISIBLE_DEVICES shows, as CUDA reads it: numbers or ids, of which the beginning is enough; what
 * follows a wrong entry is not seen either. All of them where it is not set.
 */
export function visibleDevices(gpus: readonly Gpu[], setting: string | undefined): readonly Device[] {
  if (setting === undefined) return gpus.map((gpu) => deviceOf(gpu, String(gpu.index)));
  const devices = new Map<string, Device>();
  for (const entry of setting.split(",").map((one) => one.trim())) {
    const device = namedBy(entry, gpus);
    if (device === null) break;
    if (!devices.has(device.key)) devices.set(device.key, device);
  }
  return [...devices.values()];
}

function namedBy(entry: string, gpus: readonly Gpu[]): Device | null {
  if (entry.startsWith("MIG-")) return { key: entry, label: entry, gpu: null, variable: entry };
  const found = /^\d+$/.test(entry)
    ? gpus.find(({ index }) => index === Number(entry))
    : gpus.find(({ uuid }) => entry.length > "GPU-".length && uuid?.startsWith(entry));
  return found === undefined ? null : deviceOf(found, entry);
}

function deviceOf(gpu: Gpu, variable: string): Device {
  return { key: gpu.uuid ?? `index ${gpu.index}`, label: `GPU ${gpu.index}`, gpu, variable };
}

/** `GPU 0`, `GPU 0 and GPU 1`, `GPU 0, GPU 1 or GPU 2`. */
export function listed(devices: readonly Device[], word: "and" | "or"): string {
  const labels = devices.map(({ label }) => label);
  const last = labels.at(-1) ?? "no GPU";
  return labels.length < 2 ? last : `${labels.slice(0, -1).join(", ")} ${word} ${last}`;
}

/**
 * What leads a suite to the one device that it has among several. A number means nvidia-smi's order only where CUDA
 * is told to count like that; where the user has numbered them, the user's way of counting stays.
 */
export function variablesFor(
  chosen: readonly Device[],
  visible: readonly Device[],
  setting: string | undefined,
): Readonly<Record<string, string>> {
  if (chosen.length === visible.length) return {};
  const devices = chosen.map(({ variable }) => variable).join(",");
  const counting = setting === undefined ? { CUDA_DEVICE_ORDER: "PCI_BUS_ID" } : {};
  return { CUDA_VISIBLE_DEVICES: devices, ...counting };
}
