import type { MachineFacts } from "../../suite/machine.ts";
import type { DashboardState, GpuHistory, Progress } from "./state.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** `0:41`, `12:03`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * How long the run still takes, by what it has done so far and by what the last one took; the former counts for
 * more the further it has come. null where nothing is known, or where the last run's time is over.
 */
function remainingMs(
  elapsedMs: number,
  expectedMs: number | null,
  { planned, ended }: Progress,
): number | null {
  const share = planned === 0 ? 0 : Math.min(1, ended / planned);
  if (share === 0) return expectedMs === null || expectedMs <= elapsedMs ? null : expectedMs - elapsedMs;
  const byProgress = elapsedMs / share;
  const total = expectedMs === null ? byProgress : expectedMs * (1 - share) + byProgress * share;
  return Math.max(0, total - elapsedMs);
}

/** `1:32, about 0:41 left`. What is not known is not said. */
export function timeText({ run, whole, earlier, started }: DashboardState, now: Date): string {
  const elapsedMs = started === null ? 0 : now.getTime() - started.getTime();
  const expectedMs = run?.expectedMs ?? null;
  const planned = whole.planned - earlier;
  const rest =
    expectedMs === null || whole.planned === 0 ? expectedMs : (expectedMs * planned) / whole.planned;
  const left = remainingMs(elapsedMs, rest, { planned, ended: whole.ended - earlier });
  const last = expectedMs === null ? "" : ` (last run ${clock(expectedMs)})`;
  const estimate = left === null ? "" : `, about ${clock(rounded(left))} left`;
  return `${clock(elapsedMs)}${estimate}${last}`;
}

/** An estimate in seconds is one only towards the end. */
function rounded(ms: number): number {
  const step = ms > 10 * MINUTE ? MINUTE : ms > MINUTE ? 10 * SECOND : SECOND;
  return Math.ceil(ms / step) * step;
}

/** How far something has come. */
export interface Reach {
  readonly ended: number;
  /** null: nobody knows. Never less than what has ended: a test that ends twice was planned once. */
  readonly total: number | null;
  /** The total is that of the last run: this one's runner announces nothing. */
  readonly estimated: boolean;
}

export function reachOf({ planned, ended }: Progress): Reach {
  return { ended, total: planned === 0 ? null : Math.max(planned, ended), estimated: false };
}

export function reachOfRun({ whole, run, end }: DashboardState): Reach {
  const { planned, ended } = whole;
  if (planned > 0) return reachOf(whole);
  if (end !== null) return { ended, total: end.verdict === "passed" ? ended : null, estimated: false };
  const expected = run?.expectedTests ?? null;
  const total = expected === null || expected < ended ? null : expected;
  return { ended, total, estimated: total !== null };
}

export function percent(ended: number, total: number): number {
  return total === 0 ? 0 : Math.floor((100 * ended) / total);
}

export function machineText({ os, cpus, memoryBytes, gpus }: MachineFacts): string {
  const cpuText = `${cpus} CPU${cpus === 1 ? "" : "s"}`;
  const gpuTexts = gpus.map(({ name, memoryMiB }) =>
    memoryMiB === null ? name : `${name} (${gib(memoryMiB)} GiB)`,
  );
  return [os, cpuText, `${gib(memoryBytes / 2 ** 20)} GiB`, ...gpuTexts].join(", ");
}

/** `11.2/16.0 GiB`; MiB where it is little. */
export function memoryText({ last: { memoryUsedMiB, memoryTotalMiB } }: GpuHistory): string {
  if (memoryUsedMiB === null) return "? GiB";
  return memoryTotalMiB === null
    ? `${gib(memoryUsedMiB)} GiB`
    : `${gib(memoryUsedMiB)}/${gib(memoryTotalMiB)} GiB`;
}

export function utilisationText({ last: { utilisation } }: GpuHistory): string {
  return utilisation === null ? "? %" : `${Math.round(utilisation)} %`;
}

export function gib(mib: number): string {
  return (mib / 1024).toFixed(1);
}
