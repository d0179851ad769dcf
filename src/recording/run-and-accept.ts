import { acceptSession } from "./accept-session.ts";
import { withGpuTurn } from "./gpu-turn.ts";
import { type Cleared, preflight } from "./preflight.ts";
import type { FinishedSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { refused, type Settled } from "./reuse.ts";
import { runSuite } from "./run-suite.ts";

/**
 * Runs the suite and makes evidence of it, or says why not. `announce` is called right before it starts; `run` is what
 * runs it, all of it or what is left of a session. GPUs that others use are waited for, so long at most.
 */
export async function runAndAccept(
  request: RunRequest,
  announce: () => void,
  run: (cleared: Cleared) => Promise<FinishedSession> = (cleared) => runSuite(request, cleared),
  patienceMs: number = request.judged.suite.timeoutMs,
): Promise<Settled> {
  const cleared = await preflight(request);
  if (!cleared.ok) return { outcome: refused(request.judged.suite.name, cleared.error), attached: null };
  const ran = await withGpuTurn(request, cleared.value, patienceMs, (turn) => {
    announce();
    return run(turn);
  });
  if (!ran.ok) return { outcome: ran.error, attached: null };
  const settled = await acceptSession(request, ran.value);
  return wasNotStarted(ran.value) ? impossibleHere(settled) : settled;
}

/** What the suite needs running did not come up: this machine cannot run it now. */
function wasNotStarted({ record: { ended } }: FinishedSession): boolean {
  return ended.end.kind === "service-failed" && ended.end.when === "starting";
}

function impossibleHere({ outcome, attached }: Settled): Settled {
  return outcome.kind === "refused"
    ? { outcome: { ...outcome, impossibleHere: true }, attached }
    : { outcome, attached };
}
