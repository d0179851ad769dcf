import { machineDirectory } from "../adapters/files/shared-directory.ts";
import type { Suite } from "../config/configuration.ts";
import { minutes } from "../judgement/sentences.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import { type Gpu, gibibytes, gpuVariables, memoryInMiB } from "../suite/gpu.ts";
import { type Device, listed, variablesFor, visibleDevices } from "../suite/gpu-devices.ts";
import { type GpuLease, type NoLease, takeGpuLease, type Waiting } from "../suite/gpu-lease.ts";
import { sharesFor, type Wanted } from "../suite/gpu-turns.ts";
import { userName } from "../suite/machine.ts";
import { whoIsInTheWay } from "./gpu-waiting.ts";
import type { SuiteOutcome } from "./outcomes.ts";
import { type Cleared, preflight } from "./preflight.ts";
import type { RunRequest, Surroundings } from "./request.ts";
import { refused } from "./reuse.ts";

/** GPUs that are this run's until it gives them back. */
export interface GpuTurn {
  readonly gpus: readonly Gpu[];
  /** What leads the suite and its services to them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly waited: boolean;
  readonly release: () => void;
}

export interface TurnRequest {
  /** The repository's top level. */
  readonly directory: string;
  readonly suite: Suite;
  readonly surroundings: Pick<Surroundings, "environment" | "abort" | "now" | "say">;
  /** How long to wait at most. */
  readonly patienceMs: number;
}

/** For tests, and for containers that share GPUs: a directory that all of them see. */
const PLACE = "GATE_GPU_LEASES";
const VISIBLE = "CUDA_VISIBLE_DEVICES";
const REMINDER_MS = 600_000;
const CHANGE_MS = 30_000;

/**
 * Runs something when the GPUs are this run's, and gives them back after it. Whatever was checked before a wait is
 * checked again. The error is what becomes of the suite instead.
 */
export async function withGpuTurn<T>(
  request: RunRequest,
  cleared: Cleared,
  patienceMs: number,
  run: (cleared: Cleared) => Promise<T>,
): Promise<Result<T, SuiteOutcome>> {
  const { worktree, judged, surroundings } = request;
  const { suite } = judged;
  const asked = { directory: worktree.topLevel, suite, surroundings, patienceMs };
  const turn = await takeGpuTurn(asked, cleared.gpus);
  if (!turn.ok) return err(withoutTurn(suite.name, turn.error, surroundings.abort));
  const { gpus, variables, waited, release } = turn.value;
  try {
    const again = waited ? await preflight(request) : ok(cleared);
    if (!again.ok) return err(refused(suite.name, again.error));
    return ok(await run({ ...again.value, gpus, variables }));
  } finally {
    release();
  }
}

function withoutTurn(suite: string, why: Problem, { aborted }: AbortSignal): SuiteOutcome {
  const outcome = refused(suite, [why]);
  return aborted && outcome.kind === "refused" ? { ...outcome, verdict: "interrupted" } : outcome;
}

/** Waits for the GPUs that a suite may use. Without any there is nothing to wait for. */
export async function takeGpuTurn(
  request: TurnRequest,
  gpus: readonly Gpu[],
): Promise<Result<GpuTurn, Problem>> {
  const { suite, surroundings } = request;
  const own = suite.env[VISIBLE];
  const setting = own ?? surroundings.environment[VISIBLE];
  const visible = visibleDevices(gpus, setting);
  const told = gpuVariables(suite.gpu, gpus);
  const nothing: GpuTurn = { gpus, variables: told, waited: false, release: () => undefined };
  if (visible.length === 0) return ok(nothing);
  const memoryMiB = memoryInMiB(suite.gpuMemoryBytes);
  // What gate.yaml's env says stands: it cannot be narrowed to one of them.
  const wanted: Wanted = {
    devices: visible,
    which: memoryMiB === null || own !== undefined ? "each" : "one",
    memoryMiB,
  };
  if (sharesFor(wanted, []) === null) return err(tooSmall(request, wanted));
  let waited = false;
  const waiting = announcer(request, wanted, () => {
    waited = true;
  });
  const lease = await takeGpuLease(leaseOptions(request, wanted, waiting));
  if (lease.ok) return ok(turnWith(lease.value, { nothing, visible, setting, waited }));
  if (lease.error.kind !== "unusable") return err(noTurn(request, wanted, lease.error));
  const unkept = `nobody else's use of the GPU can be seen, the suite runs at once: ${lease.error.reason}`;
  surroundings.say(`gate  ${suite.name}: ${unkept}`);
  return ok(nothing);
}

function leaseOptions(
  { directory, suite, surroundings, patienceMs }: TurnRequest,
  wanted: Wanted,
  waiting: (standing: Waiting) => void,
) {
  const { environment, abort, now, say } = surroundings;
  const place = environment[PLACE] || machineDirectory("gate-gpu");
  return {
    directory: place,
    claimant: { user: userName(), suite: suite.name, directory, since: now().toISOString() },
    wanted,
    patienceMs,
    abort,
    now,
    waiting,
    puzzled: (file: string) => say(`gate  ${place}/${file} is none of gate's, and passed over.`),
  };
}

function turnWith(
  { shares, release }: GpuLease,
  found: {
    readonly nothing: GpuTurn;
    readonly visible: readonly Device[];
    readonly setting: string | undefined;
    readonly waited: boolean;
  },
): GpuTurn {
  const { nothing, visible, setting, waited } = found;
  const chosen = visible.filter((device) => shares.some(({ key }) => key === device.key));
  const gpus = chosen.flatMap(({ gpu }) => gpu ?? []);
  return {
    gpus: gpus.length === 0 ? nothing.gpus : gpus,
    variables: { ...nothing.variables, ...variablesFor(chosen, visible, setting) },
    waited,
    release,
  };
}

/** At once, when it changes, and once in a while. */
function announcer(
  { suite, surroundings, patienceMs }: TurnRequest,
  wanted: Wanted,
  noticed: () => void,
): (standing: Waiting) => void {
  const { say, now } = surroundings;
  let last = { text: "", at: Number.NEGATIVE_INFINITY };
  return (standing) => {
    noticed();
    const text = whoIsInTheWay(standing, now());
    const at = now().getTime();
    if (at - last.at < (text === last.text ? REMINDER_MS : CHANGE_MS)) return;
    const first = last.text === "" ? ` It waits for ${minutes(patienceMs)} at most; Ctrl-C gives up.` : "";
    say(`gate  ${suite.name}: waiting for ${nameOf(wanted)}: ${text}.${first}`);
    last = { text, at };
  };
}

/** `GPU 0`, `16 GiB of GPU 0 or GPU 1`. */
function nameOf({ devices, which, memoryMiB }: Wanted): string {
  const names = listed(devices, which === "one" ? "or" : "and");
  return memoryMiB === null ? names : `${gibibytes(memoryMiB)} of ${names}`;
}

function noTurn(
  { suite: { name }, surroundings, patienceMs }: TurnRequest,
  wanted: Wanted,
  why: Exclude<NoLease, { readonly kind: "unusable" }>,
): Problem {
  switch (why.kind) {
    case "interrupted":
      return problem("gpu-busy", `interrupted while it waited for ${nameOf(wanted)}; nothing was run.`, {
        suite: name,
      });
    case "too-long": {
      const text = whoIsInTheWay(why.standing, surroundings.now());
      return problem("gpu-busy", `${nameOf(wanted)} was not free within ${minutes(patienceMs)}: ${text}`, {
        suite: name,
        hint: "Try again later. Suites that fit on one GPU together share it:  gpu-memory in gate.yaml",
      });
    }
    default:
      return unreachable(why);
  }
}

function tooSmall({ suite }: TurnRequest, wanted: Wanted): Problem {
  const message = `no GPU that ${VISIBLE} shows has ${gibibytes(wanted.memoryMiB ?? 0)} (gpu-memory).`;
  return problem("machine-cannot-run", message, {
    suite: suite.name,
    hint: `unset ${VISIBLE}, or name a larger one.`,
  });
}
