import type { Happening, LiveTest, ServiceState } from "../../src/sessions/happening.ts";
import type { GpuSample } from "../../src/suite/gpu-telemetry.ts";

const STARTED = new Date("2026-02-13T14:27:22.000Z");

/** So many seconds after the start. */
export const secondsIn = (seconds: number) => new Date(STARTED.getTime() + seconds * 1000);

export function runStarted(expectedMs: number | null = null, expectedTests: number | null = null): Happening {
  const gpus = [{ name: "RTX 4090", driver: "550.54", memoryMiB: 24564 }];
  const machine = { os: "Linux 6.1 x86_64", cpus: 16, memoryBytes: 64 * 2 ** 30, node: "v20", gpus };
  const run = {
    session: "RUN_20260213_142722",
    suite: "model-tests",
    command: "pytest",
    machine,
    expectedMs,
    expectedTests,
  };
  return { kind: "run-started", at: STARTED, run };
}

export const liveTest = (name: string, domain = "llm"): LiveTest => ({
  id: `tests/${domain}/test.py::${name}`,
  name,
  domain,
  step: 1,
});

export const planned = (...tests: readonly LiveTest[]): Happening => ({
  kind: "planned",
  at: STARTED,
  tests,
});

export const began = (test: LiveTest, at = STARTED): Happening => ({ kind: "test-started", at, test });

export function ended(
  test: LiveTest,
  outcome: "passed" | "failed" | "skipped" = "passed",
  message: string | null = null,
): Happening {
  const result = { ...test, outcome, duration: 0.5, message, properties: {} };
  return { kind: "test-ended", at: STARTED, test: result };
}

export function service(name: string, given: Partial<ServiceState>): Happening {
  const state = { name, model: null, domain: null, port: null, state: "ready" as const, log: "svc.log" };
  return { kind: "service", at: STARTED, service: { ...state, ...given } };
}

export function gpu(given: Partial<GpuSample> = {}): Happening {
  const sample = {
    index: 0,
    name: "RTX 4090",
    utilisation: 78,
    memoryUsedMiB: 11468,
    memoryTotalMiB: 24564,
    temperature: 61,
    power: 210.5,
  };
  return { kind: "gpu", at: STARTED, gpu: { ...sample, ...given } };
}
