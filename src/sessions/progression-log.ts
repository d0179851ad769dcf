import { join } from "node:path";
import { AppendedFile } from "../adapters/files/appended-file.ts";
import type { TestOutcome } from "../protocol.ts";
import { unreachable } from "../result.ts";
import { gistOf } from "./gist.ts";
import type { Happening, Level, RunObserver } from "./happening.ts";

export const PROGRESSION_LOG = "progression.log";

/** Of one message; the logs of the steps have all of it. */
const LONGEST = 2000;

/** `progression.log`: the run in some lines for people, `[HH:MM:SS] [LEVEL] message`, in UTC. */
export class ProgressionLog implements RunObserver {
  readonly #file: AppendedFile;
  #domain: string | null = null;
  /** How many tests of each domain are running. */
  readonly #running = new Map<string, number>();

  constructor(directory: string) {
    this.#file = new AppendedFile(join(directory, PROGRESSION_LOG));
  }

  take(happening: Happening): void {
    if (happening.kind === "test-started") this.#enter(happening.at, happening.test.domain);
    if (happening.kind === "test-ended") this.#leave(happening.test.domain);
    const line = progressionLine(happening);
    if (line !== null) this.#add(happening.at, line.level, line.text);
  }

  flush(): void {
    this.#file.flush();
  }

  finish(): readonly string[] {
    const problem = this.#file.close();
    return problem === null ? [] : [`${PROGRESSION_LOG} is not whole: ${problem}`];
  }

  /** Side by side, tests of several domains are no way to and fro: only a domain that is left is switched from. */
  #enter(at: Date, domain: string): void {
    const known = this.#running.get(domain);
    const isOpen = this.#domain !== null && (this.#running.get(this.#domain) ?? 0) > 0;
    this.#running.set(domain, (known ?? 0) + 1);
    if (domain === this.#domain || (isOpen && known !== undefined)) return;
    this.#domain = domain;
    this.#add(at, "INFO", `Switching to Domain: ${domain}`);
  }

  #leave(domain: string): void {
    this.#running.set(domain, Math.max(0, (this.#running.get(domain) ?? 0) - 1));
  }

  #add(at: Date, level: Level, text: string): void {
    const lines = text.split("\n").map((line) => line.trim());
    const whole = lines.filter((line) => line !== "").join(" | ");
    this.#file.add(`[${at.toISOString().slice(11, 19)}] [${level}] ${cutMessage(whole)}`);
  }
}

export function cutMessage(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

interface Line {
  readonly level: Level;
  readonly text: string;
}

/** What a person reads of a happening; null where it is too small. */
export function progressionLine(happening: Happening): Line | null {
  switch (happening.kind) {
    case "run-started":
      return { level: "INFO", text: `Starting Test Run: ${happening.run.suite} (${happening.run.session})` };
    case "planned":
      return { level: "INFO", text: `Planned: ${counted(happening.tests.length)}` };
    case "test-ended":
      return endLine(happening.test);
    case "line":
      return happening.line.level === "ERROR"
        ? { level: "ERROR", text: `Error: ${happening.line.text}` }
        : null;
    case "service":
      return serviceLine(happening.service);
    case "note":
      return { level: happening.level, text: happening.text };
    case "run-ended": {
      const why = happening.reason === null ? "" : `: ${happening.reason}`;
      const level = happening.verdict === "passed" ? "INFO" : "ERROR";
      return { level, text: `Test Run ended: ${happening.verdict.toUpperCase()}${why}` };
    }
    case "test-started":
    case "turn":
    case "gpu":
      return null;
    default:
      return unreachable(happening);
  }
}

const LEVELS: Readonly<Record<TestOutcome, Level>> = {
  passed: "INFO",
  xfailed: "INFO",
  skipped: "INFO",
  flaky: "WARNING",
  xpassed: "WARNING",
  failed: "ERROR",
  error: "ERROR",
};

function endLine({
  id,
  outcome,
  duration,
  message,
}: Extract<Happening, { kind: "test-ended" }>["test"]): Line {
  const level = LEVELS[outcome];
  const gist = gistOf(message);
  const why = level === "INFO" || gist === null ? "" : `: ${gist}`;
  return {
    level,
    text: `Scenario ${id}: ${outcome.toUpperCase()} (Duration: ${duration.toFixed(1)}s)${why}`,
  };
}

function serviceLine({ name, model, port, state }: Extract<Happening, { kind: "service" }>["service"]): Line {
  const where = port === null ? "" : ` on port ${port}`;
  const what = model === null ? name : `${name} (${model})`;
  const text =
    state === "starting" && model !== null ? `Loading Model: ${model}` : `Service ${what}${where}: ${state}`;
  return { level: state === "died" ? "ERROR" : "INFO", text };
}

const counted = (count: number) => `${count} ${count === 1 ? "test" : "tests"}`;
