import { clock } from "./amounts.ts";
import type { DashboardState } from "./state.ts";

/** What a run is doing: what has begun last, and what it waits for. */
export function currentAction(state: DashboardState, now: Date): string {
  const { end, running, note, whole, earlier, run } = state;
  if (end !== null) return `ended: ${end.verdict}`;
  const [longest] = running.values();
  if (longest !== undefined) {
    const more = running.size === 1 ? "" : ` and ${running.size - 1} more`;
    return `running ${longest.test.name}${more} (${clock(now.getTime() - longest.since.getTime())})`;
  }
  if (note !== null) return note;
  const starting = [...state.services.values()].find((service) => service.state === "starting");
  if (starting !== undefined) {
    return starting.model === null ? `starting service ${starting.name}` : `loading model ${starting.model}`;
  }
  if (whole.ended === earlier) return run === null ? "starting" : `starting: ${run.command}`;
  return whole.planned > 0 && whole.ended >= whole.planned
    ? "waiting for the suite to end"
    : "between two tests";
}
