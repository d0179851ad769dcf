import { type ArtifactPlace, artifactLocator } from "../adapters/files/artifacts.ts";
import type { LogSink } from "../adapters/files/log-sink.ts";
import type {
  ArtifactEvent,
  GateEvent,
  LogEvent,
  PlannedTest,
  PropertyEvent,
  TestEndEvent,
  UnreportedEvent,
} from "../protocol.ts";
import { unreachable } from "../result.ts";
import { type Doubts, quoted } from "./doubts.ts";
import { DistinctNames, isLogName } from "./log-names.ts";
import { ObservationCollection, type Observations } from "./observations.ts";
import type { LogSource, TestResult } from "./results.ts";
import { type Selection, SelectionCollection } from "./selection.ts";
import {
  forget,
  type Interruption,
  type NamedLog,
  newRecord,
  resultOf,
  type TestRecord,
} from "./test-record.ts";

/** What turns, properties and messages may hold together; logs are on disk and do not count. */
const MOST_KEPT_CHARACTERS = 256 * 1024 * 1024;
const MOST_KEPT_MARKERS = 32 * 1024 * 1024;

/** Joins the events of all files into one result per test. */
export class EventCollection {
  readonly #sink: LogSink;
  readonly #doubts: Doubts;
  readonly #records = new Map<string, TestRecord>();
  readonly #ended: TestRecord[] = [];
  readonly #suiteLogs = new Map<string, NamedLog>();
  readonly #observations: ObservationCollection;
  readonly #selection = new SelectionCollection();
  #unreported: UnreportedEvent | null = null;
  #part = 1;
  #keptCharacters = 0;
  #roomForMarkers = MOST_KEPT_MARKERS;

  constructor(sink: LogSink, doubts: Doubts) {
    this.#sink = sink;
    this.#doubts = doubts;
    this.#observations = new ObservationCollection(doubts);
  }

  /** A runner that was seen at work without its reporter. */
  get unreported(): UnreportedEvent | null {
    return this.#unreported;
  }

  get observed(): Observations {
    return this.#observations.finish();
  }

  get selection(): Selection {
    return this.#selection.finish();
  }

  take(event: GateEvent, lineLength: number): void {
    switch (event.type) {
      case "hello":
      case "end":
        break;
      case "plan":
        for (const test of event.tests) this.#announce(test);
        break;
      case "deselected":
        if (this.#mayKeep(lineLength)) this.#selection.take(event);
        break;
      case "test-start":
        this.#announce(event).startedAt ??= event.time;
        break;
      case "test-end":
        this.#end(event, lineLength);
        break;
      case "property":
        if (this.#mayKeep(lineLength)) this.#addProperty(event);
        break;
      case "turn":
        if (this.#mayKeep(lineLength)) this.#record(event.id).turns.push(event);
        break;
      case "artifact":
        this.#addArtifact(event);
        break;
      case "log":
        this.#addLog(event);
        break;
      case "reads":
      case "uses":
      case "environment":
      case "modules":
        this.#observations.take(event);
        break;
      case "unreported":
        this.#unreported ??= event;
        break;
      default:
        unreachable(event);
    }
  }

  /** What was taken until now is of a part that was cut short: of tests that did not end, nothing of it counts. */
  cutShort(how: Interruption): void {
    for (const record of this.#records.values()) {
      if (record.end !== null) continue;
      if (!record.known) this.#records.delete(record.id);
      forget(record, how);
    }
    this.#part += 1;
  }

  /** One directory of artifacts for each part of the run. */
  async finish(
    artifactsDirectories: readonly string[],
  ): Promise<{ readonly tests: readonly TestResult[]; readonly logs: readonly LogSource[] }> {
    const known = [...this.#records.values()].filter((record) => this.#isKnown(record));
    const ordered = [...this.#ended, ...known.filter((record) => record.end === null)];
    const locators = artifactsDirectories.map((directory) => artifactLocator(directory));
    const tests: TestResult[] = [];
    for (const record of ordered) {
      const logs = this.#sources(record.logs, locators, `test ${quoted(record.id)}`);
      tests.push(resultOf(record, logs));
    }
    return { tests, logs: this.#sources(this.#suiteLogs, locators, "the suite") };
  }

  #record(id: string): TestRecord {
    const found = this.#records.get(id);
    if (found !== undefined) return found;
    const record = newRecord(id);
    this.#records.set(id, record);
    return record;
  }

  #announce({ id, name, file, markers }: PlannedTest): TestRecord {
    const record = this.#record(id);
    if (record.markers === null && markers !== undefined) record.markers = this.#keptMarkers(markers);
    if (record.known) return record;
    record.known = true;
    record.name = name;
    record.file = file;
    return record;
  }

  /** Where there are more of them than anybody groups by, the rest is left out: no verdict depends on any. */
  #keptMarkers(markers: NonNullable<PlannedTest["markers"]>): TestRecord["markers"] {
    const bytes = Object.entries(markers).reduce((sum, member) => sum + member.join("").length + 64, 0);
    if (bytes === 0 || bytes > this.#roomForMarkers) return null;
    this.#roomForMarkers -= bytes;
    return markers;
  }

  #end(event: TestEndEvent, lineLength: number): void {
    const record = this.#record(event.id);
    if (record.startedAt === null) this.#doubts.add(`Test ${quoted(event.id)} ended without having started.`);
    record.known = true;
    const kept = this.#mayKeep(lineLength) ? event : { ...event, message: null, properties: {} };
    if (record.end === null) {
      record.end = kept;
      record.part = this.#part;
      this.#ended.push(record);
      return;
    }
    this.#doubts.add(`Test ${quoted(event.id)} ended twice: ${record.end.outcome}, then ${event.outcome}.`);
    if (!isFailure(record.end)) record.end = kept;
  }

  #addProperty({ id, name, value, add }: PropertyEvent): void {
    const { properties } = this.#record(id);
    const before = properties.get(name);
    const adds = add === true && typeof before === "number" && typeof value === "number";
    properties.set(name, adds ? before + value : value);
  }

  #addArtifact({ id, path, name }: ArtifactEvent): void {
    if (!this.#acceptsName(id, name)) return;
    const logs = this.#logsOf(id);
    logs.set(`artifact:${logs.size}`, { name, source: { kind: "artifact", path }, part: this.#part });
  }

  #addLog({ id, name, text }: LogEvent): void {
    if (!this.#acceptsName(id, name)) return;
    const key = id === null ? [id, name] : [id, name, this.#part];
    const path = this.#sink.append(JSON.stringify(key), text);
    this.#logsOf(id).set(`log:${name}`, { name, source: { kind: "sink", path }, part: this.#part });
  }

  #logsOf(id: string | null): Map<string, NamedLog> {
    return id === null ? this.#suiteLogs : this.#record(id).logs;
  }

  #acceptsName(id: string | null, name: string): boolean {
    if (isLogName(name)) return true;
    const owner = id === null ? "the suite" : `test ${quoted(id)}`;
    this.#doubts.add(`A log of ${owner} has a name that is no relative path: ${quoted(name)}.`);
    return false;
  }

  #isKnown(record: TestRecord): boolean {
    if (!record.known) {
      this.#doubts.add(`Something was recorded for ${quoted(record.id)}, which is no test of this run.`);
    }
    return record.known;
  }

  #mayKeep(characters: number): boolean {
    this.#keptCharacters += characters;
    if (this.#keptCharacters <= MOST_KEPT_CHARACTERS) return true;
    this.#doubts.add(
      "The tests recorded more turns and properties than gate keeps (256 MiB); use logs instead.",
    );
    return false;
  }

  #sources(
    logs: ReadonlyMap<string, NamedLog>,
    locators: readonly ((path: string) => ArtifactPlace)[],
    owner: string,
  ): readonly LogSource[] {
    const names = new DistinctNames();
    const sources: LogSource[] = [];
    for (const { name, source, part } of logs.values()) {
      const place = source.kind === "sink" ? null : locators[part - 1]?.(source.path);
      const path =
        place === null ? source.path : this.#found(place ?? { kind: "absent" }, source.path, owner);
      if (path !== null) sources.push({ name: names.next(name), path });
    }
    return sources;
  }

  #found(place: ArtifactPlace, path: string, owner: string): string | null {
    switch (place.kind) {
      case "file":
        return place.path;
      case "absent":
        this.#doubts.add(`The log file ${quoted(path)} of ${owner} is not there.`);
        return null;
      case "outside":
        this.#doubts.add(`The log file ${quoted(path)} of ${owner} is outside the artifacts directory.`);
        return null;
      case "not-a-file":
        this.#doubts.add(`The log file ${quoted(path)} of ${owner} is not a regular file.`);
        return null;
      default:
        return unreachable(place);
    }
  }
}

function isFailure({ outcome }: TestEndEvent): boolean {
  return outcome === "failed" || outcome === "error";
}
