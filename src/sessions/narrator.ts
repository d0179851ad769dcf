import type { Grouping } from "../config/configuration.ts";
import type { GateEvent, LogEvent, PlannedTest, TestEndEvent } from "../protocol.ts";
import { type SaidLine, saidLines, taggedLine } from "./component-lines.ts";
import { groupOf } from "./grouping.ts";
import type { Happening, LiveTest, RunObserver } from "./happening.ts";

/** So many tests are remembered after their end. */
const MOST_ENDED = 1000;

const MOST_TOLD = 5000;

export interface Groupings {
  readonly domains: Grouping;
  readonly steps: Grouping;
}

/**
 * Tells the observers of a run what its events mean. Keeps what is planned, what is under way, and the steps' names.
 */
export class Narrator {
  readonly #observers: readonly RunObserver[];
  readonly #groupings: Groupings;
  readonly #running = new Map<string, LiveTest>();
  /** What is announced: with what only the plan knows of it until it begins, null where that is nothing. */
  readonly #planned = new Map<string, PlannedTest | null>();
  /** Lately: whoever runs a test may tell of it later than whoever tells how it ended. */
  readonly #ended = new Map<string, LiveTest>();
  readonly #steps = new Map<string, number>();
  /** Tagged lines that tests have told. */
  readonly #told = new Set<string>();
  #lastStep = 0;

  constructor(observers: readonly RunObserver[], groupings: Groupings) {
    this.#observers = observers;
    this.#groupings = groupings;
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
        const news = event.tests.filter(({ id }) => !this.#planned.has(id));
        for (const test of news) this.#planned.set(test.id, test.markers === undefined ? null : test);
        const tests = news.map((test) => this.#live(test, null));
        if (tests.length > 0) this.tell({ kind: "planned", at, tests });
        return;
      }
      case "test-start":
        this.tell({ kind: "test-started", at, test: this.#begin(event) });
        return;
      case "test-end":
        this.#end(event, at);
        return;
      case "turn":
        this.tell({ kind: "turn", at, test: this.#known(event.id), turn: event.turn });
        return;
      case "log":
        this.#log(event, at);
        return;
      default:
        return;
    }
  }

  /**
   * A line of the suite's own output, which nobody captured. With a tag it is of the test that runs, where one does
   * alone; and where a runner prints what a test had said, and the test has told it, it is nothing new.
   */
  output(line: string, at: Date): void {
    const said = taggedLine(line);
    if (said === null || this.#told.has(keyOf(said))) return;
    const [only, another] = this.#running.values();
    const step = another === undefined ? (only?.step ?? null) : null;
    const { component, level, text } = said;
    this.tell({ kind: "line", at, line: { component, level, text, step } });
  }

  #begin(started: PlannedTest): LiveTest {
    const { id } = started;
    const known = this.#running.get(id);
    if (known !== undefined) return known;
    const markers = started.markers ?? this.#planned.get(id)?.markers;
    const planned = markers === undefined ? started : { ...started, markers };
    const test = this.#live(planned, this.#stepOf(planned));
    this.#planned.set(id, null);
    this.#running.set(id, test);
    return test;
  }

  #live(planned: PlannedTest, step: number | null): LiveTest {
    const { id, name } = planned;
    return { id, name, step, domain: groupOf(this.#groupings.domains, planned) };
  }

  #stepOf(planned: PlannedTest): number {
    const { steps } = this.#groupings;
    const group = groupOf(steps, planned);
    const known = this.#steps.get(group);
    if (known !== undefined) return known;
    this.#lastStep += 1;
    // where each test is a step of its own nobody comes back to one
    if (steps.by !== "test") this.#steps.set(group, this.#lastStep);
    return this.#lastStep;
  }

  #end({ id, outcome, duration, message, properties }: TestEndEvent, at: Date): void {
    const test = this.#known(id);
    this.#running.delete(id);
    this.#ended.set(id, test);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MOST_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    this.tell({
      kind: "test-ended",
      at,
      test: { ...test, outcome, duration, message, properties },
    });
  }

  #log(event: LogEvent, at: Date): void {
    const step = event.id === null ? null : this.#known(event.id).step;
    for (const line of saidLines(event)) {
      if (line.tagged) this.#remember(keyOf(line));
      const { component, level, text } = line;
      this.tell({ kind: "line", at, line: { component, level, text, step } });
    }
  }

  #remember(said: string): void {
    this.#told.add(said);
    const [oldest] = this.#told;
    if (this.#told.size > MOST_TOLD && oldest !== undefined) this.#told.delete(oldest);
  }

  #known(id: string): LiveTest {
    const known = this.#running.get(id) ?? this.#ended.get(id);
    if (known !== undefined) return known;
    return this.#begin(this.#planned.get(id) ?? { id, name: id.split("::").at(-1) ?? id, file: fileOf(id) });
  }
}

const keyOf = ({ component, text }: SaidLine) => `${component}\0${text}`;

/** A leap second has its place in RFC 3339, and none in a Date. */
function timeOf({ time }: GateEvent): Date {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? new Date(0) : at;
}

/** A reporter that names no file has its path at the start of the id. */
function fileOf(id: string): string | null {
  const [path = "", ...rest] = id.split("::");
  return rest.length > 0 ? path : null;
}
