import { join } from "node:path";
import { listDirectory } from "../adapters/files/files.ts";
import { DirectoryTail } from "../adapters/files/tail.ts";
import type { JsonValue, PlannedTest } from "../protocol.ts";
import { unreachable } from "../result.ts";
import type { SessionFolder } from "../suite/session.ts";
import { saidLines } from "./component-lines.ts";
import { SILENT } from "./live-events.ts";
import { type ToldEnd, type ToldEvent, toldEvent } from "./told-lines.ts";

/** What the events tell of one test. */
export interface ToldTest {
  planned: PlannedTest;
  /** RFC 3339; null where it has not begun. */
  started: string | null;
  end: ToldEnd | null;
  properties: Map<string, JsonValue>;
  prompts: number;
  toolCalls: number;
  errors: number;
  warnings: number;
}

/** A line that says of itself that something is wrong. */
export interface Complaint {
  readonly level: "ERROR" | "WARNING";
  /** Of which test; null: of the suite as a whole. */
  readonly test: string | null;
  /** What it was written to: a component, or a log's name. */
  readonly source: string;
  readonly text: string;
}

export interface ToldRun {
  /** Planned, begun or ended; in the order in which they were first heard of. */
  readonly tests: ReadonlyMap<string, ToldTest>;
  /** The first ones of each level. */
  readonly complaints: readonly Complaint[];
  readonly errors: number;
  readonly warnings: number;
  readonly runner: { readonly name: string; readonly version: string } | null;
  readonly resumes: boolean;
}

/** As the strict reader has it. */
const LONGEST_LINE = 8 * 1024 * 1024;
const MOST_COMPLAINTS = 100;
const LONGEST_COMPLAINT = 500;
/** Most logs hold no such word, and need not be taken apart. */
const MAY_COMPLAIN = /ERROR|CRITICAL|FATAL|WARN/;

/**
 * What the events of a session tell, whether they are whole or break off. It is for looking back: what is no event is
 * passed over here, and named by whoever judges the run.
 */
export async function readToldEvents(folder: SessionFolder): Promise<ToldRun> {
  const telling = new Telling();
  for (const directory of await eventDirectories(folder)) {
    telling.beginPart();
    const tail = new DirectoryTail(directory, ".ndjson", LONGEST_LINE);
    const take = (line: string) => {
      if (SILENT.test(line)) return;
      const event = toldEvent(line);
      if (event !== null) telling.take(event);
    };
    while (tail.read(take)) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return telling.told();
}

/** Of the run itself, then of each time that it was resumed. */
async function eventDirectories(folder: SessionFolder): Promise<readonly string[]> {
  const parts = (await listDirectory(folder.directory)).filter((name) => /^resume_\d+$/.test(name));
  const numbered = parts.toSorted((left, right) => Number(left.slice(7)) - Number(right.slice(7)));
  return [folder.events, ...numbered.map((part) => join(folder.directory, part, "events"))];
}

class Telling {
  readonly #tests = new Map<string, ToldTest>();
  readonly #complaints: Complaint[] = [];
  readonly #counts = { ERROR: 0, WARNING: 0 };
  #runner: ToldRun["runner"] = null;
  #resumes = true;
  /** Begun before this part, and never ended: what they recorded is not of the attempt that counts. */
  #unfinished = new Set<string>();

  beginPart(): void {
    this.#unfinished = new Set(
      [...this.#tests].flatMap(([id, { started, end }]) => (started !== null && end === null ? [id] : [])),
    );
  }

  take(event: ToldEvent): void {
    switch (event.type) {
      case "hello":
        this.#runner ??= event.runner;
        this.#resumes &&= event.resumes;
        return;
      case "plan":
        for (const test of event.tests) this.#announce(test);
        return;
      case "test-start":
        this.#begin(event.test, event.time);
        return;
      case "test-end":
        this.#of(event.id).end = event.end;
        return;
      case "property":
        this.#addProperty(this.#of(event.id), event);
        return;
      case "turn":
        if (event.kind === "prompt") this.#of(event.id).prompts += 1;
        if (event.kind === "tool-call") this.#of(event.id).toolCalls += 1;
        return;
      case "log":
        this.#addLog(event);
        return;
      default:
        unreachable(event);
    }
  }

  told(): ToldRun {
    return {
      tests: this.#tests,
      complaints: this.#complaints,
      errors: this.#counts.ERROR,
      warnings: this.#counts.WARNING,
      runner: this.#runner,
      resumes: this.#runner !== null && this.#resumes,
    };
  }

  #begin(planned: PlannedTest, time: string): void {
    if (this.#unfinished.delete(planned.id)) this.#tests.delete(planned.id);
    const test = this.#announce(planned);
    test.started = test.started === null || time < test.started ? time : test.started;
  }

  /** Somebody who knows the test tells of it; others have only its id. */
  #announce({ id, name, file, markers }: PlannedTest): ToldTest {
    const test = this.#of(id);
    const known = markers ?? test.planned.markers;
    test.planned = { id, name, file, ...(known === undefined ? {} : { markers: known }) };
    return test;
  }

  #of(id: string): ToldTest {
    const known = this.#tests.get(id);
    if (known !== undefined) return known;
    const [path = "", ...names] = id.split("::");
    const test = untold({ id, name: names.at(-1) ?? id, file: names.length > 0 ? path : null });
    this.#tests.set(id, test);
    return test;
  }

  #addProperty(
    { properties }: ToldTest,
    { name, value, add }: Extract<ToldEvent, { type: "property" }>,
  ): void {
    const before = properties.get(name);
    const adds = add && typeof before === "number" && typeof value === "number";
    properties.set(name, adds ? before + value : value);
  }

  #addLog(log: Extract<ToldEvent, { type: "log" }>): void {
    if (!MAY_COMPLAIN.test(log.text)) return;
    for (const { level, component, text } of saidLines(log)) {
      if (level === "INFO") continue;
      this.#counts[level] += 1;
      if (log.id !== null) this.#of(log.id)[level === "ERROR" ? "errors" : "warnings"] += 1;
      if (this.#counts[level] > MOST_COMPLAINTS) continue;
      const source = component ?? log.name;
      this.#complaints.push({ level, test: log.id, source, text: text.trim().slice(0, LONGEST_COMPLAINT) });
    }
  }
}

function untold(planned: PlannedTest): ToldTest {
  return {
    planned,
    started: null,
    end: null,
    properties: new Map(),
    prompts: 0,
    toolCalls: 0,
    errors: 0,
    warnings: 0,
  };
}
