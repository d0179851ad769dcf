import { type CapturedProcess, captureProcess, succeeded } from "../adapters/process/capture.ts";
import type { GpuNeed, Suite } from "../config/configuration.ts";
import { err, ok, type Result } from "../result.ts";

export interface Gpu {
  readonly index: number;
  readonly name: string;
  readonly driver: string;
  /** null where the GPU shares the machine's memory. */
  readonly memoryMiB: number | null;
  /** `GPU-…`, the same in every container; null where the driver does not say. */
  readonly uuid: string | null;
}

/** A driver that nobody else keeps awake takes a second or two for each GPU. */
const LIMIT_MS = 10_000;
const QUERY = ["--query-gpu=index,name,driver_version,memory.total,uuid", "--format=csv,noheader,nounits"];

/** The NVIDIA GPUs of this machine, at least one, or a short reason why none can be used. */
export async function probeGpu(
  env: Readonly<Record<string, string>>,
  limitMs: number = LIMIT_MS,
): Promise<Result<readonly Gpu[], string>> {
  const answer = await captureProcess("nvidia-smi", QUERY, { cwd: "/", env, timeoutMs: limitMs });
  if (!answer.started) {
    return err(
      answer.reason.includes("ENOENT") ? "nvidia-smi not found" : `nvidia-smi failed: ${answer.reason}`,
    );
  }
  if (answer.timedOut) return err(`nvidia-smi did not answer within ${limitMs / 1000} s`);
  const lines = linesOf(answer);
  if (lines.some((line) => /^No devices were found/i.test(line))) return err("nvidia-smi lists no GPU");
  const [first] = lines;
  if (!succeeded(answer)) return err(`nvidia-smi failed: ${first ?? ending(answer)}`);
  if (first === undefined) return err("nvidia-smi lists no GPU");
  const gpus = lines.flatMap((line) => parseGpu(line) ?? []);
  return gpus.length === 0 ? err(`nvidia-smi failed: ${first}`) : ok(gpus);
}

/**
 * The GPUs that a suite gets: none where it needs none. A missing one, or none that is large enough, is a reason
 * against the run only where the suite cannot do without.
 */
export async function gpusFor(
  { gpu, gpuMemoryBytes }: Pick<Suite, "gpu" | "gpuMemoryBytes">,
  env: Readonly<Record<string, string>>,
): Promise<Result<readonly Gpu[], string>> {
  if (gpu === "none") return ok([]);
  const probed = await probeGpu(env);
  const usable = probed.ok ? largeEnough(probed.value, gpuMemoryBytes) : probed;
  return usable.ok || gpu === "required" ? usable : ok([]);
}

function largeEnough(gpus: readonly Gpu[], memoryBytes: number | null): Result<readonly Gpu[], string> {
  const wanted = memoryInMiB(memoryBytes) ?? 0;
  const largest = Math.max(...gpus.map(({ memoryMiB }) => memoryMiB ?? Number.POSITIVE_INFINITY));
  if (wanted <= largest) return ok(gpus);
  return err(`gpu-memory is ${gibibytes(wanted)}, the largest GPU here has ${gibibytes(largest)}`);
}

export function memoryInMiB(bytes: number | null): number | null {
  return bytes === null ? null : Math.ceil(bytes / 2 ** 20);
}

/** `24 GiB`, `23.5 GiB`. */
export function gibibytes(mebibytes: number): string {
  return `${Number((mebibytes / 1024).toFixed(1))} GiB`;
}

/**
 * What a suite that can do without a GPU is told where there is none: frameworks then look for no device,
 * whatever a half-installed driver makes them believe.
 */
export function gpuVariables(need: GpuNeed, gpus: readonly Gpu[]): Readonly<Record<string, string>> {
  return need === "optional" && gpus.length === 0 ? { CUDA_VISIBLE_DEVICES: "" } : {};
}

function parseGpu(line: string): Gpu | null {
  // a name may hold commas
  const fields = /^(\d+), (.+), ([^,]+), ([^,]+), ([^,]+)$/.exec(line) ?? [];
  const [, index, name, driver, memory, uuid] = fields;
  if (index === undefined || name === undefined || driver === undefined || memory === undefined) return null;
  return {
    index: Number(index),
    name,
    driver,
    memoryMiB: /^\d+$/.test(memory) ? Number(memory) : null,
    uuid: uuid?.startsWith("GPU-") ? uuid : null,
  };
}

function linesOf({
  stdout,
  stderr,
}: {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}): readonly string[] {
  const lines = (output: Buffer) =>
    output
      .toString("utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  return [...lines(stdout), ...lines(stderr)];
}

function ending(answer: Extract<CapturedProcess, { started: true }>): string {
  return answer.signal === null ? `exit code ${answer.code}` : `ended by ${answer.signal}`;
}
