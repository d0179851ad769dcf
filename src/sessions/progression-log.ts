import { join } from "node:path";
import { AppendedFile } from "../adapters/files/appended-file.ts";
import type { TestOutcome } from "../protocol.ts";
import { unreachable } from "../result.ts";
import type { Happening, Level, RunObserver } from "./happening.ts";

const FILE = "progression.log";

/** `progression.log`: the run in some lines for people, `[HH:MM:SS] [LEVEL] message`, in UTC. */
export class ProgressionLog implements RunObserver {
  readonly #file: AppendedFile;
  #domain: string | null = null;

  constructor(directory: string) {
    this.#file = new AppendedFile(join(directory, FILE));
  }

  take(happening: Happening): void {
    if (happening.kind === "test-started") this.#enter(happening.at, happening.test.domain);
    const line = progressionLine(happening);
    if (line !== null) this.#add(happening.at, line.level, line.text);
  }

  flush(): void {
    this.#file.flush();
  }

  finish(): readonly string[] {
    const problem = this.#file.close();
    return problem === null ? [] : [`${FILE} is not whole: ${problem}`];
  }

  #enter(at: Date, domain: string): void {
    if (domain === this.#domain) return;
    this.#domain = domain;
    this.#add(at, "INFO", `Switching to Domain: ${domain}`);
  }

  #add(at: Date, level: Level, text: string): void {
    this.#file.add(`[${at.toISOString().slice(11, 19)}] [${level}] ${text.replaceAll(/\s*\n\s*/g, " | ")}`);
  }
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
      return happening.line.level === "ERROR" ? { level: "ERROR", text: happening.line.text } : null;
    case "run-ended": {
      const why = happening.reason === null ? "" : `: ${happening.reason}`;
      const level = happening.verdict === "passed" ? "INFO" : "ERROR";
      return { level, text: `Test Run ended: ${happening.verdict.toUpperCase()}${why}` };
    }
    case "test-started":
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
  const [first = ""] = (message ?? "").trim().split("\n");
  const why = level === "INFO" || first === "" ? "" : `: ${first}`;
  return {
    level,
    text: `Scenario ${id}: ${outcome.toUpperCase()} (Duration: ${duration.toFixed(1)}s)${why}`,
  };
}

const counted = (count: number) => `${count} ${count === 1 ? "test" : "tests"}`;
