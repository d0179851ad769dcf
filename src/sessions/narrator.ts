import type { GateEvent, LogEvent, TestEndEvent } from "../protocol.ts";
import type { Happening, Level, LiveTest, RunObserver } from "./happening.ts";

/** Tells the observers of a run what its events mean. Keeps only what is planned and what is under way. */
export class Narrator {
  readonly #observers: readonly RunObserver[];
  readonly #running = new Map<string, LiveTest>();
  readonly #planned = new Set<string>();
  #lastStep = 0;

  constructor(observers: readonly RunObserver[]) {
    this.#observers = observers;
  }

  /** Tells something that is no event of the suite's. */
  tell(happening: Happening): void {
    for (const observer of this.#observers) observer.take(happening);
  }

  flush(): void {
    for (const observer of this.#observers) observer.flush();
  }

  finish(): readonly string[] {
    return this.#observers.flatMap((observer) => observer.finish());
  }

  event(event: GateEvent): void {
    const at = timeOf(event);
    switch (event.type) {
      case "plan": {
        const news = event.tests.filter(({ id }) => this.#planned.size < this.#planned.add(id).size);
        const tests = news.map((test) => liveTest(test.id, test.name, test.file, null));
        if (tests.length > 0) this.tell({ kind: "planned", at, tests });
        return;
      }
      case "test-start":
        this.tell({ kind: "test-started", at, test: this.#begin(event.id, event.name, event.file) });
        return;
      case "test-end":
        this.#end(event, at);
        return;
      case "log":
        this.#log(event, at);
        return;
      default:
        return;
    }
  }

  #begin(id: string, name: string, file: string | null): LiveTest {
    const known = this.#running.get(id);
    if (known !== undefined) return known;
    this.#lastStep += 1;
    const test = liveTest(id, name, file, this.#lastStep);
    this.#running.set(id, test);
    return test;
  }

  #end({ id, outcome, duration, message, properties }: TestEndEvent, at: Date): void {
    const test = this.#known(id);
    this.#running.delete(id);
    this.tell({
      kind: "test-ended",
      at,
      test: { ...test, outcome, duration, message, properties },
    });
  }

  #log({ id, name, text }: LogEvent, at: Date): void {
    const step = id === null ? null : this.#known(id).step;
    const component = /^([\w-]+)\.log$/.exec(name)?.[1] ?? null;
    for (const line of text.replace(/\n$/, "").split("\n")) {
      this.tell({ kind: "line", at, line: { component, step, level: levelOf(line), text: line } });
    }
  }

  #known(id: string): LiveTest {
    return this.#running.get(id) ?? this.#begin(id, id.split("::").at(-1) ?? id, fileOf(id));
  }
}

/** A leap second has its place in RFC 3339, and none in a Date. */
function timeOf({ time }: GateEvent): Date {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? new Date(0) : at;
}

function liveTest(id: string, name: string, file: string | null, step: number | null): LiveTest {
  return { id, name, step, domain: file?.split("/").at(-2) ?? NO_DOMAIN };
}

/** Of tests in files at the top level, or in none. */
const NO_DOMAIN = "tests";

/** A reporter that names no file has its path at the start of the id. */
function fileOf(id: string): string | null {
  const [path = "", ...rest] = id.split("::");
  return rest.length > 0 ? path : null;
}

const LEVELS: readonly (readonly [Level, RegExp])[] = [
  ["ERROR", /\b(?:ERROR|CRITICAL|FATAL)\b/],
  ["WARNING", /\bWARN(?:ING)?\b/],
];

function levelOf(line: string): Level {
  return LEVELS.find(([, word]) => word.test(line))?.[0] ?? "INFO";
}
