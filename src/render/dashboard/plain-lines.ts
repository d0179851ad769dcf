import type { Writable } from "node:stream";
import type { Screen } from "../../recording/request.ts";
import type { Happening } from "../../sessions/happening.ts";
import { cutMessage, progressionLine } from "../../sessions/progression-log.ts";
import { oneLine } from "../printable.ts";
import {
  machineText,
  memoryText,
  percent,
  type Reach,
  reachOfRun,
  timeText,
  utilisationText,
} from "./amounts.ts";
import { currentAction } from "./current-action.ts";
import { DashboardState } from "./state.ts";

interface Surface {
  /** The suite's own output goes on as it is. */
  readonly suiteOutput: Writable;
  readonly say: (text: string) => void;
  readonly now: () => Date;
}

const FIRST_MINUTE_MS = 10_000;
const LATER_MS = 30_000;
/** Of a suite where everything fails, the rest is counted. */
const MOST_FAILURES = 50;

/**
 * A run in lines, between what the suite says itself: what fails, services and notes as they come, how far it is
 * from time to time. Of a short run that goes well it says nothing.
 */
export class PlainLines implements Screen {
  readonly suiteOutput: Writable;
  readonly #surface: Surface;
  readonly #state = new DashboardState();
  #introduced = false;
  #timer: NodeJS.Timeout;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.suiteOutput = surface.suiteOutput;
    this.#timer = this.#wait(FIRST_MINUTE_MS);
  }

  take(happening: Happening): void {
    this.#state.take(happening);
    if (this.#isWorthALine(happening)) this.#say(progressionLine(happening)?.text ?? "");
  }

  flush(): void {}

  say(): boolean {
    return false;
  }

  finish(): readonly string[] {
    clearTimeout(this.#timer);
    return [];
  }

  /** Says how far the run is. */
  report(): void {
    const { started } = this.#state;
    const now = this.#surface.now();
    if (started !== null) this.#say(statusLine(this.#state, now));
    const elapsed = started === null ? 0 : now.getTime() - started.getTime();
    this.#timer = this.#wait(elapsed < 60_000 ? FIRST_MINUTE_MS : LATER_MS);
  }

  #wait(ms: number): NodeJS.Timeout {
    clearTimeout(this.#timer);
    return setTimeout(() => this.report(), ms).unref();
  }

  #isWorthALine(happening: Happening): boolean {
    // what an earlier part of a resumed session said, it has said
    if (this.#state.isEarlier(happening)) return false;
    switch (happening.kind) {
      case "service":
      case "note":
        return true;
      case "test-ended": {
        const { outcome } = happening.test;
        return (outcome === "failed" || outcome === "error") && this.#state.failed <= MOST_FAILURES;
      }
      default:
        return false;
    }
  }

  #say(text: string): void {
    const { run } = this.#state;
    const name = run === null ? "gate " : `gate  ${run.suite}:`;
    if (!this.#introduced && run !== null) {
      this.#introduced = true;
      this.#surface.say(oneLine(`${name} session ${run.session} on ${machineText(run.machine)}.`));
    }
    this.#surface.say(oneLine(`${name} ${cutMessage(text)}`));
  }
}

function reachText({ ended, total, estimated }: Reach): string {
  if (total === null) return `${ended} ${ended === 1 ? "test" : "tests"} so far`;
  return `${ended} of ${estimated ? "about " : ""}${total} tests (${percent(ended, total)} %)`;
}

/** How far a run is, in one line: whatever the screen shows all the time. */
function statusLine(state: DashboardState, now: Date): string {
  const { whole, failed, domain, domains } = state;
  const ofDomain = domain === null || domains.size < 2 ? undefined : domains.get(domain);
  return [
    ...(whole.planned + whole.ended === 0 ? [] : [reachText(reachOfRun(state))]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    timeText(state, now),
    ...(ofDomain === undefined
      ? []
      : [`${domain} ${ofDomain.ended} of ${Math.max(ofDomain.planned, ofDomain.ended)}`]),
    currentAction(state, now),
    ...[...state.services.values()].map((service) => `${service.name} ${service.state}`),
    ...[...state.gpus].map(
      ([index, history]) => `GPU ${index} ${utilisationText(history)}, ${memoryText(history)} VRAM`,
    ),
  ].join("; ");
}
