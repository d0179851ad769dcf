import { join } from "node:path";
import { kindOf, listDirectory } from "../adapters/files/files.ts";
import { LogSink } from "../adapters/files/log-sink.ts";
import { readLines } from "../adapters/files/streams.ts";
import type { EndEvent, GateEvent, HelloEvent, UnreportedEvent } from "../protocol.ts";
import { Doubts, quoted } from "./doubts.ts";
import { EventCollection } from "./event-collection.ts";
import { decodeEvent } from "./event-decoding.ts";
import type { Observations } from "./observations.ts";
import type { SuiteResults } from "./results.ts";
import { type Selection, withSelection } from "./selection.ts";
import type { Interruption } from "./test-record.ts";

const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** A part of a run that was cut short, and resumed later. */
export interface EarlierEvents {
  readonly eventsDirectory: string;
  readonly artifactsDirectory: string;
  readonly how: Interruption;
}

interface EventsRead {
  /** null: no process greeted as a main writer; the runner sends no events, or lost its reporter. */
  readonly results: SuiteResults | null;
  /** Who told of the tests, in all parts of the run. */
  readonly mains: readonly HelloEvent[];
  readonly observed: Observations;
  /** What the options of the runner left out. */
  readonly selection: Selection;
  /** A runner that was seen at work without its reporter. */
  readonly unreported: UnreportedEvent | null;
}

/**
 * Reads what the processes of a suite wrote to the events directory. Whatever is wrong with it becomes a doubt;
 * only failures of the file system itself throw.
 */
export async function readEvents(directories: {
  readonly eventsDirectory: string;
  readonly artifactsDirectory: string;
  /** Text from `log` events is put here. */
  readonly logsDirectory: string;
  /** The parts before this one, of a run that was resumed. */
  readonly earlier?: readonly EarlierEvents[];
}): Promise<EventsRead> {
  const { eventsDirectory, artifactsDirectory, logsDirectory, earlier = [] } = directories;
  const doubts = new Doubts();
  const sink = new LogSink(logsDirectory);
  const collection = new EventCollection(sink, doubts);
  const before: WriterState[] = [];
  let last: readonly WriterState[];
  try {
    for (const part of earlier) {
      before.push(...(await readPart(part.eventsDirectory, collection, doubts, true)));
      collection.cutShort(part.how);
    }
    last = await readPart(eventsDirectory, collection, doubts, false);
  } finally {
    sink.close();
  }
  const mains = mainsOf([...before, ...last]);
  const [main] = mains;
  const { observed, unreported, selection } = collection;
  if (main === undefined) return { results: null, mains, observed, selection, unreported };
  doubtRunners(mains, doubts);
  if (unreported !== null)
    doubts.add(`Another ${unreported.runner} ran without its reporter: ${unreported.reason}.`);
  const directoriesOfArtifacts = [...earlier.map((part) => part.artifactsDirectory), artifactsDirectory];
  const { tests, logs } = await collection.finish(directoriesOfArtifacts);
  const complete = [...before, ...last].every((writer) => writer.whole) && mainsOf(last).length > 0;
  const results = { runner: main.runner, tests, deselected: 0, logs, complete, doubts: doubts.list() };
  return { results: withSelection(results, selection), mains, observed, selection, unreported };
}

async function readPart(
  directory: string,
  collection: EventCollection,
  doubts: Doubts,
  cutShort: boolean,
): Promise<readonly WriterState[]> {
  const writers: WriterState[] = [];
  for (const name of await listDirectory(directory)) {
    if (!name.endsWith(".ndjson")) continue;
    const path = join(directory, name);
    if ((await kindOf(path)) === "file")
      writers.push(await readWriter(path, name, collection, doubts, cutShort));
    else doubts.add(`The events file ${quoted(name)} is not a regular file.`);
  }
  return writers;
}

function mainsOf(writers: readonly WriterState[]): readonly HelloEvent[] {
  return writers.flatMap(({ hello }) => (hello?.role === "main" ? [hello] : []));
}

/** A runner that was replaced before its run was resumed. */
function doubtRunners(mains: readonly HelloEvent[], doubts: Doubts): void {
  const versions = new Map<string, string>();
  for (const { runner } of mains) {
    const before = versions.get(runner.name) ?? runner.version;
    versions.set(runner.name, before);
    if (before !== runner.version)
      doubts.add(
        `Parts of the run had different versions of ${runner.name}, ${before} and ${runner.version}.`,
      );
  }
}

/** What is known of one file and the process that wrote it. */
interface WriterState {
  hello: HelloEvent | null;
  end: EndEvent | null;
  /** The sequence number that the next event must have. */
  next: number;
  testEnds: number;
  /** No event is missing. */
  whole: boolean;
}

async function readWriter(
  path: string,
  name: string,
  collection: EventCollection,
  doubts: Doubts,
  cutShort: boolean,
): Promise<WriterState> {
  const state: WriterState = { hello: null, end: null, next: 0, testEnds: 0, whole: true };
  const lose = (what: string): void => {
    state.whole = false;
    doubts.add(`Events file ${quoted(name)}: ${what}.`);
  };
  const breakOff: Lose = cutShort ? () => undefined : lose;
  let number = 0;
  for await (const line of readLines(path, MAX_LINE_BYTES)) {
    number++;
    if (line.kind === "oversized") lose(`line ${number} is longer than 8 MiB and was not read`);
    else if (line.kind === "not-utf8") lose(`line ${number} is not UTF-8`);
    else if (!takeLine(line, number, state, collection, line.ended ? lose : breakOff)) break;
  }
  if (number === 0) breakOff("it is empty");
  checkEnd(state, lose, doubts, cutShort);
  return state;
}

type Lose = (what: string) => void;

/** False where the rest of the file cannot be understood. */
function takeLine(
  line: { readonly text: string; readonly ended: boolean },
  number: number,
  state: WriterState,
  collection: EventCollection,
  lose: Lose,
): boolean {
  const decoded = decodeEvent(line.text);
  switch (decoded.kind) {
    case "other-version":
      lose(`it speaks protocol version ${decoded.version.slice(0, 20)}, this gate speaks 1`);
      return false;
    case "malformed":
      lose(line.ended ? `line ${number} is not an event` : "it breaks off in the middle of an event");
      state.next++;
      return true;
    case "unknown-type":
      followSequence(decoded.seq, number, state, lose);
      return true;
    case "event":
      followSequence(decoded.event.seq, number, state, lose);
      if (isInPlace(decoded.event, number, state, lose)) collection.take(decoded.event, line.text.length);
      return true;
  }
}

function followSequence(seq: number, number: number, state: WriterState, lose: Lose): void {
  if (seq !== state.next) lose(`line ${number} has number ${seq}, ${state.next} was due: events were lost`);
  state.next = seq + 1;
}

/** Notes the frame that a writer puts around its events, and says whether this event belongs inside it. */
function isInPlace(event: GateEvent, number: number, state: WriterState, lose: Lose): boolean {
  if (event.type === "hello") {
    if (number !== 1 || state.hello !== null) lose(`line ${number} greets again`);
    state.hello ??= event;
    return false;
  }
  if (state.hello === null && number === 1) lose("it does not begin with a greeting");
  if (state.end !== null) lose(`line ${number} comes after the end`);
  const isForMain = ["plan", "test-start", "test-end", "environment", "end"].includes(event.type);
  if (isForMain && state.hello?.role === "helper") {
    lose(`line ${number}: a helper may not send ${event.type}`);
    return false;
  }
  if (event.type === "end") state.end = event;
  if (event.type === "test-end") state.testEnds++;
  return true;
}

function checkEnd(state: WriterState, lose: Lose, doubts: Doubts, cutShort: boolean): void {
  const { hello, end, testEnds } = state;
  if (hello?.role !== "main") return;
  if (end !== null) {
    if (end.tests !== testEnds) lose(`it announces ${end.tests} results and holds ${testEnds}`);
    return;
  }
  if (cutShort) return;
  state.whole = false;
  doubts.add(`${hello.runner.name} stopped before it had told its end.`);
}
