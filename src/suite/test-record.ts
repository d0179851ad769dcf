import type { JsonValue, TestEndEvent, TurnEvent } from "../protocol.ts";
import type { LogSource, TestResult } from "./results.ts";

export interface NamedLog {
  readonly name: string;
  /** Where the text was put, or what the artifact event said. */
  readonly source: { readonly kind: "sink" | "artifact"; readonly path: string };
  /** In which part of the run it was named. */
  readonly part: number;
}

/** What the events of a run have told of one test. */
export interface TestRecord {
  readonly id: string;
  name: string;
  file: string | null;
  markers: Readonly<Record<string, string>> | null;
  /** A main writer announced, started or ended it. */
  known: boolean;
  startedAt: string | null;
  end: TestEndEvent | null;
  /** In which part of the run it ended. */
  part: number;
  /** It was running when a part of the run was cut short, and had to be run again. */
  interrupted: Interruption | null;
  readonly properties: Map<string, JsonValue>;
  readonly turns: TurnEvent[];
  readonly logs: Map<string, NamedLog>;
}

/** How a part of a run was cut short: by its own end in the middle of a test, or by somebody from outside. */
export type Interruption = "crashed" | "stopped";

export function newRecord(id: string): TestRecord {
  return {
    id,
    name: id,
    file: null,
    markers: null,
    known: false,
    startedAt: null,
    end: null,
    part: 1,
    interrupted: null,
    properties: new Map(),
    turns: [],
    logs: new Map(),
  };
}

/** The part of the run in which the test did not end was cut short: what it recorded there counts no more. */
export function forget(record: TestRecord, how: Interruption): void {
  if (record.startedAt !== null) record.interrupted = record.interrupted === "crashed" ? "crashed" : how;
  record.startedAt = null;
  record.properties.clear();
  record.turns.length = 0;
  record.logs.clear();
}

export function resultOf(record: TestRecord, logs: readonly LogSource[]): TestResult {
  const { id, name, file, markers, startedAt, turns, part } = record;
  const end = record.end === null ? null : believed(record.end, record.interrupted);
  // fromEntries defines, so that a property named __proto__ is only a name.
  const properties = Object.fromEntries([...record.properties, ...Object.entries(end?.properties ?? {})]);
  return {
    id,
    name,
    file,
    outcome: end?.outcome ?? null,
    startedAt,
    duration: end?.duration ?? null,
    message: end?.message ?? null,
    properties,
    turns: turns.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)).map((one) => one.turn),
    logs,
    ...(markers === null ? {} : { markers }),
    ...(part === 1 ? {} : { resumed: { part, again: record.interrupted !== null } }),
  };
}

/** A test whose run died under it, and that passed when it was run again, has passed on retry. */
function believed(end: TestEndEvent, interrupted: Interruption | null): TestEndEvent {
  if (interrupted !== "crashed" || end.outcome !== "passed") return end;
  return {
    ...end,
    outcome: "flaky",
    message: "passed when it was run again; the suite or a service had died while it ran",
  };
}
