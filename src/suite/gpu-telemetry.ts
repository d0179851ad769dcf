import { startSession } from "../adapters/process/session.ts";
import { processTree } from "../adapters/process/tree.ts";
import { startWatchdog } from "../adapters/process/watchdog.ts";
import { stopTree } from "./process-stop.ts";

/** One GPU at one moment. */
export interface GpuSample {
  readonly index: number;
  readonly name: string;
  /** Percent; null where the driver does not say, as with MIG. */
  readonly utilisation: number | null;
  readonly memoryUsedMiB: number | null;
  readonly memoryTotalMiB: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  /** Watts. */
  readonly power: number | null;
}

interface Telemetry {
  readonly stop: () => Promise<void>;
}

/** One nvidia-smi for the whole run: it asks the driver every second, and no test ever waits for it. */
const COMMAND =
  "exec nvidia-smi --query-gpu=index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw --format=csv,noheader,nounits --loop=1";
const GRACE_MS = 500;
const LONGEST_LINE = 4096;

/** Tells of the run's GPUs about once a second, while there is an nvidia-smi that answers. It never fails a run. */
export async function startGpuTelemetry(options: {
  readonly env: Readonly<Record<string, string>>;
  /** Marks the process; unique on this machine. */
  readonly mark: string;
  /** Which GPUs are the run's: of others nothing is told. */
  readonly indexes: readonly number[];
  readonly take: (sample: GpuSample) => void;
}): Promise<Telemetry> {
  const name = "GATE_TELEMETRY";
  const mark = `${name}=${options.mark}`;
  const watchdog = startWatchdog(mark, options.env.PATH);
  const session = await startSession(COMMAND, { cwd: "/", env: { ...options.env, [name]: options.mark } });
  if (!session.started) {
    watchdog.standDown();
    return { stop: async () => undefined };
  }
  watchdog.guard(session.pid);
  let rest = "";
  session.output.on("data", (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString("utf8")}`.split("\n");
    rest = (lines.pop() ?? "").slice(-LONGEST_LINE);
    for (const line of lines) {
      const sample = parseSample(line);
      if (sample !== null && options.indexes.includes(sample.index)) options.take(sample);
    }
  });
  session.output.on("error", () => undefined);
  return {
    stop: async () => {
      await stopTree(processTree(session.pid, mark), "SIGTERM", GRACE_MS);
      session.release();
      watchdog.standDown();
    },
  };
}

/** null where the line is none of nvidia-smi's table: an error, a warning of the driver. */
export function parseSample(line: string): GpuSample | null {
  const fields = line.split(",").map((field) => field.trim());
  // a name may hold commas
  const [index, ...middle] = fields;
  const numbers = middle.splice(-5).map(amount);
  const name = middle.join(", ");
  const [utilisation = null, memoryUsedMiB = null, memoryTotalMiB = null, temperature = null, power = null] =
    numbers;
  if (index === undefined || !/^\d+$/.test(index) || numbers.length < 5 || name === "") return null;
  return { index: Number(index), name, utilisation, memoryUsedMiB, memoryTotalMiB, temperature, power };
}

/** `[N/A]`, `[Not Supported]` and the like are no numbers. */
function amount(text: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}
