import { acceptSession } from "./accept-session.ts";
import { preflight } from "./preflight.ts";
import type { RunRequest } from "./request.ts";
import { refused, type Settled } from "./reuse.ts";
import { runSuite } from "./run-suite.ts";

/** Runs the suite and makes evidence of it, or says why not. `announce` is called right before it starts. */
export async function runAndAccept(request: RunRequest, announce: () => void): Promise<Settled> {
  const cleared = await preflight(request);
  if (!cleared.ok) return { outcome: refused(request.judged.suite.name, cleared.error), attached: null };
  announce();
  return acceptSession(request, await runSuite(request, cleared.value));
}
