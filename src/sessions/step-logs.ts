import { join } from "node:path";
import { AppendedFile } from "../adapters/files/appended-file.ts";
import type { Happening, LiveTest, RunObserver } from "./happening.ts";
import { progressionLine } from "./progression-log.ts";

/** Steps that are over are written no more: so many files are open at most. */
const MOST_OPEN = 64;

/** So many steps get a directory though they say nothing: of thousands nobody reads that each began. */
const MOST_SILENT = 200;

/**
 * `logs/run.log`, and for each step `logs/step_001/<component>.log`: what the parts of a suite said, where it
 * belongs. What is of no component goes to the orchestrator's.
 */
export class StepLogs implements RunObserver {
  readonly #directory: string;
  readonly #open = new Map<string, AppendedFile>();
  readonly #problems = new Set<string>();

  constructor(directory: string) {
    this.#directory = join(directory, "logs");
  }

  take(happening: Happening): void {
    const at = happening.at.toISOString();
    if (happening.kind === "line") {
      const { step, component, level, text } = happening.line;
      this.#file(step, component).add(`${at} [${level}] ${text}`);
      return;
    }
    if (happening.kind === "test-started" && tellsOf(happening.test))
      this.#file(happening.test.step, null).add(`${at} [INFO] ${happening.test.id} begins`);
    const line = progressionLine(happening);
    if (line === null) return;
    const ended = happening.kind === "test-ended" && (tellsOf(happening.test) || line.level !== "INFO");
    if (ended) this.#file(happening.test.step, null).add(`${at} [${line.level}] ${line.text}`);
    this.#file(null, null).add(`${at} [${line.level}] ${line.text}`);
  }

  flush(): void {
    for (const file of this.#open.values()) file.flush();
  }

  finish(): readonly string[] {
    for (const name of [...this.#open.keys()]) this.#close(name);
    return [...this.#problems];
  }

  #file(step: number | null, component: string | null): AppendedFile {
    const name =
      step === null ? `${component ?? "run"}.log` : `${stepFolder(step)}/${component ?? "orchestrator"}.log`;
    const known = this.#open.get(name);
    if (known !== undefined) {
      // the one that was used last is closed last
      this.#open.delete(name);
      this.#open.set(name, known);
      return known;
    }
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST_OPEN && oldest !== undefined) this.#close(oldest);
    const file = new AppendedFile(join(this.#directory, name));
    this.#open.set(name, file);
    return file;
  }

  #close(name: string): void {
    const problem = this.#open.get(name)?.close() ?? null;
    if (problem !== null) this.#problems.add(`logs/${name} is not whole: ${problem}`);
    this.#open.delete(name);
  }
}

function tellsOf({ step }: LiveTest): boolean {
  return step !== null && step <= MOST_SILENT;
}

function stepFolder(step: number): string {
  return `step_${String(step).padStart(3, "0")}`;
}
